"""Copies of classic agents and all that hangs together with them, so that a turn changes nothing of the user's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from autogen import ConversableAgent, GroupChat
from autogen.agentchat.group.patterns.pattern import Pattern
from autogen.tools import ChatContext, Tool
from massgen_hub import kit
from pydantic import BaseModel

CAST = (ConversableAgent, GroupChat, Pattern)

FRESH: tuple[tuple[type, str, Callable[[], Any]], ...] = (
    (ConversableAgent, "_oai_messages", partial(defaultdict, list)),
    (ConversableAgent, "_consecutive_auto_reply_counter", partial(defaultdict, int)),
    (ConversableAgent, "reply_at_receive", partial(defaultdict, bool)),
    (ConversableAgent, "_human_input", list),
    (GroupChat, "messages", list),
)
"""What is kept of a conversation. Two of one chat share it."""


class Copies(kit.Copies):
    """Copies of agents, group chats and patterns, of what describes a group, and of the functions that name them.
    Clients, executors and whatever else is no part of AG2 are shared.

    `dress(original, copy)` is called for each of the cast, once all that it holds is copied.
    """

    holders = (Tool, ChatContext)

    def __init__(self, dress: Callable[[Any, Any], None]) -> None:
        super().__init__()
        self._dress = dress

    def is_part(self, value: Any) -> bool:
        """Whether it is of the cast, or one of AG2's records of a group: context variables, hand-offs, targets."""
        describes = isinstance(value, BaseModel) and type(value).__module__.startswith("autogen.agentchat.group.")
        return describes or isinstance(value, CAST)

    def made(self, value: Any) -> Any:
        """The copy of a value, which remembers no conversation."""
        for kind, name, fresh in FRESH:
            if isinstance(value, kind):
                self.use(getattr(value, name), fresh())
        return super().made(value)

    def dress(self, original: Any, twin: Any) -> None:
        """Ready one of the cast."""
        if isinstance(original, CAST):
            self._dress(original, twin)
