"""What all parts of an agent or a team share during one turn of the hub."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from autogen_core import CancellationToken, SingleThreadedAgentRuntime
from massgen_hub.contract import Host, Turn
from massgen_hub.kit import own_code


class Course:
    """The course of one turn. `decisions` are the tools that it may be ended with.

    `answered`: how often a model has answered. `failures` of models and people, of which a team keeps the text only.
    `runtimes` are those of its teams, `streams` the replies of models that are under way.
    """

    def __init__(self, turn: Turn, host: Host, decisions: Collection[str] = ()) -> None:
        self.host, self.decisions = host, decisions
        self.prompt, self.folder = turn.prompt, turn.folder
        self.allowed = own_code(turn)
        self.token = CancellationToken()
        self.answered = 0
        self.failures: list[Exception] = []
        self.runtimes: list[SingleThreadedAgentRuntime] = []
        self.streams: list[Any] = []

    @contextmanager
    def noticing(self) -> Iterator[None]:
        """Remember what is raised."""
        try:
            yield
        except Exception as failure:
            self.failures.append(failure)
            raise

    async def hang_up(self) -> None:
        """Listen to no model any more."""
        for stream in self.streams:
            await stream.close()
