"""Which of all that was said is the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import TextMentionTermination
from autogen_agentchat.messages import BaseChatMessage, HandoffMessage

from .parts import Runner, everything, mute

TERMINATE = "TERMINATE"
"""What AutoGen tells its assistants to say in the end, unless they are told something else."""


class Answers:
    """Finds the answer: the last word of the `voter` if it said anything, else of anybody who is not mute.

    A word that ends the conversation, because it was agreed on, is no part of what is said.
    """

    def __init__(self, runner: Runner, voter: str | None) -> None:
        self.mute = {"user", *mute(runner)}
        self._voter = voter
        words = sorted(map(re.escape, _endings(runner)), key=len, reverse=True)
        self._ending = re.compile(rf"\s*(?<!\S)(?:{'|'.join(words)})[.!]?\s*\Z") if words else None

    def of(self, messages: Iterable[BaseChatMessage]) -> str:
        """The answer; empty where nobody said anything."""
        spoken = [
            (message.source, self._without_ending(message.to_model_text()))
            for message in messages
            if message.source not in self.mute and not isinstance(message, HandoffMessage)
        ]
        said = [(source, text) for source, text in spoken if text]
        voters = [text for source, text in said if source == self._voter]
        return (voters or [text for _, text in said or spoken] or [""])[-1]

    def _without_ending(self, text: str) -> str:
        return self._ending.sub("", text) if self._ending else text


def _endings(runner: Runner) -> set[str]:
    parts = list(everything(runner))
    agreed = {part._termination_text for part in parts if isinstance(part, TextMentionTermination)}
    told = (part._system_messages for part in parts if isinstance(part, AssistantAgent))
    return agreed | {TERMINATE for messages in told if any(TERMINATE in str(one.content) for one in messages)}
