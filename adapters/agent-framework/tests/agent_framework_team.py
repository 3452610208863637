"""A module of a user's with a name like the framework's own: a function that asks the agents of a list."""

from __future__ import annotations

from typing import Any


class Notes:
    """What a user keeps."""

    def __init__(self) -> None:
        self.asked = list[str]()


team: list[Any] = []


async def ask_all(question: str) -> str:
    return " ".join([(await agent.run(question)).text for agent in team])
