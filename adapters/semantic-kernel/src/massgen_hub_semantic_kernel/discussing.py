"""Runs group chats and orchestrations to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from massgen_hub.contract import Host, Question
from massgen_hub.kit import Voices, as_text, ask
from pydantic_core import to_jsonable_python
from semantic_kernel.agents import AgentGroupChat
from semantic_kernel.agents.orchestration.handoffs import HandoffOrchestration
from semantic_kernel.agents.runtime import InProcessRuntime
from semantic_kernel.contents import AuthorRole, ChatMessageContent, FunctionCallContent

from .twins import Group, Twins
from .watching import Watch


class Member(Watch):
    """Hears a member of a group: its messages are parts of what the group says, and `words` are those of all."""

    def __init__(self, host: Host, voices: Voices, words: list[str]) -> None:
        super().__init__(host)
        self._voices, self._words = voices, words

    def hear(self, piece: str) -> None:
        """The model says a piece of text."""
        self.text += piece
        self._voices.add((self, self.replies), piece)

    def answered(self, calls: Sequence[FunctionCallContent], usage: Any, model: str) -> None:
        """The model has said all."""
        if self.text:
            self._words.append(self.text)
        super().answered(calls, usage, model)


async def discussed(group: Group, voter: str | None, prompt: str, host: Host, twins: Twins) -> str:
    """The answer of a group: its result, of a group chat the last word of the `voter` or of anybody."""
    voices, words = Voices(host.say), list[str]()

    async def person(*_history: Any) -> ChatMessageContent:
        said = await ask(host, Question(text=words[-1] if words else prompt))
        return ChatMessageContent(role=AuthorRole.USER, content=said)

    own = twins.group(group, lambda: Member(host, voices, words), person)
    if isinstance(own, AgentGroupChat):
        answer = await _chatted(own, voter, prompt, voices)
    else:
        answer = _text(await _orchestrated(own, prompt))
        if isinstance(own, HandoffOrchestration) and words:  # its result only tells that it has ended
            answer = words[-1]
    voices.finish(answer)
    return answer


async def _chatted(chat: AgentGroupChat, voter: str | None, prompt: str, voices: Voices) -> str:
    """Its messages are heard as a whole: one that streams keeps none of what its agents say, and does not end."""
    await chat.add_chat_message(prompt)
    messages: Any = chat.invoke()
    said: list[ChatMessageContent] = []
    async with aclosing(messages):
        async for message in messages:
            voices.add(len(said), message.content)
            said.append(message)
    spoken = [message for message in said if message.content]
    voters = [message for message in spoken if message.name == voter]
    return (voters or spoken)[-1].content if spoken else ""


async def _orchestrated(own: Any, prompt: str) -> Any:
    runtime = InProcessRuntime()
    runtime.start()
    begun = None
    try:
        begun = await own.invoke(prompt, runtime)
        return await begun.get()
    finally:
        await _end(runtime, begun)


async def _end(runtime: Any, begun: Any) -> None:
    """Cancel what goes on in a runtime: a run that failed, or was cancelled, would wait for its members."""
    kept = {runtime._run_context._run_task, *([begun.background_task] if begun else [])}
    while tasks := {task for task in kept | runtime._background_tasks if not task.done()}:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n\n".join(map(_text, value))
    return value.content if isinstance(value, ChatMessageContent) else as_text(to_jsonable_python(value, fallback=str))
