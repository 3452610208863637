"""What a graph says while it runs."""

from __future__ import annotations

from langchain_core.messages import AIMessage, BaseMessage
from massgen_hub.contract import Host


class Speech:
    """Streams the messages of models to the host, each as a part of its own."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._parts: dict[str | None, int] = {}
        self._last = ""

    def hear(self, message: BaseMessage) -> None:
        """A piece of a message, or a whole one."""
        if not isinstance(message, AIMessage) or not message.text:
            return
        if message.id not in self._parts:
            self._last = ""
        part = self._parts.setdefault(message.id, len(self._parts))
        if part == len(self._parts) - 1:
            self._last += message.text
        self._host.say(str(message.text), part)

    def settle(self, answer: str) -> None:
        """Say the answer once more where the last part is something else, such as a preface or another node's text."""
        if self._last != answer:
            self._host.say(answer, len(self._parts))
