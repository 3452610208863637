"""One run of an agent or a workflow, through the questions it asks, to its end."""

from __future__ import annotations

from contextlib import aclosing
from copy import deepcopy
from typing import Any

from google.adk.agents.invocation_context import LlmCallsLimitExceededError
from google.adk.agents.run_config import RunConfig, StreamingMode, ToolThreadPoolConfig
from google.adk.apps import App
from google.adk.events import Event
from google.adk.runners import InMemoryRunner
from google.genai import types
from massgen_hub.contract import JSON, Activity, Host
from massgen_hub.errors import TurnError
from massgen_hub.kit import Voices, as_text, unfinished
from pydantic_core import to_jsonable_python

from .decision import text_of
from .listening import Listener
from .questions import answered

USER = "user"
DECISION_CALLS = 6
"""Replies of models in which an agent may look something up before it has decided."""
HINTS = {
    "No API key was provided": "add `model: google/NAME` to its entry, or load the key in the module that makes it",
    "not supported for model": "leave `model` out of its entry, so that it runs on a Gemini of its own",
}
"""What to do about what ADK and Gemini's client say."""


class Run:
    """One run, in a session of its own. `text` is its last word, `words` the last one of each agent."""

    def __init__(self, host: Host, listener: Listener, max_llm_calls: int, *, decides: bool = False) -> None:
        self.listener, self.voices = listener, Voices(host.say)
        self.events: list[Event] = []
        self.text, self.words = "", dict[str, str]()
        self._limit = min(max_llm_calls, DECISION_CALLS) if decides else max_llm_calls
        self._bound = "max_llm_calls" if self._limit == max_llm_calls else ""
        self._config = RunConfig(
            streaming_mode=StreamingMode.SSE,
            max_llm_calls=self._limit,
            tool_thread_pool_config=ToolThreadPoolConfig(),  # else functions that block would stop the other agents
        )
        self._host = host
        self._heard, self._error, self._codes = set[str](), "", 0
        self._waiting: dict[str, types.FunctionCall] = {}

    @property
    def begun(self) -> bool:
        """Whether a model has answered."""
        return self.listener.has_heard

    async def to_the_end(self, app: App, prompt: str, state: dict[str, JSON]) -> None:
        """Run it. Raises what the run raises, and `TurnError` if it has no end or a model said nothing."""
        try:
            with self.listener.calls:
                await self._to_the_end(app, prompt, state)
        except Exception as failure:
            if told := self._told(failure):
                raise told from failure
            raise

    def _told(self, failure: Exception) -> TurnError | None:
        """A failure about which there is more to say than ADK and Gemini's client do."""
        if isinstance(failure, LlmCallsLimitExceededError):
            return unfinished(self._limit, self._bound)
        hint = next((hint for said, hint in HINTS.items() if said in str(failure)), None)
        return TurnError(str(failure), hint=hint) if hint else None

    async def _to_the_end(self, app: App, prompt: str, state: dict[str, JSON]) -> None:
        runner = InMemoryRunner(app=app)
        session = await runner.session_service.create_session(app_name=app.name, user_id=USER, state=deepcopy(state))
        parts = [types.Part(text=prompt)]
        while parts:
            await self._to_a_pause(runner, session.id, parts)
            waiting, self._waiting = self._waiting, {}
            parts = [await self._answered(call) for call in waiting.values()]
        if self._error:
            raise TurnError(self._error)

    async def _to_a_pause(self, runner: InMemoryRunner, session: str, parts: list[types.Part]) -> None:
        message = types.Content(role="user", parts=parts)
        events = runner.run_async(user_id=USER, session_id=session, new_message=message, run_config=self._config)
        async with aclosing(events):
            async for event in events:
                self._hear(event)

    async def _answered(self, call: types.FunctionCall) -> types.Part:
        part = await answered(call, self._host)
        if part.function_response:
            self.listener.calls.gave(call.id or "", as_text((part.function_response.response or {}).get("result")))
        return part

    def _hear(self, event: Event) -> None:
        if event.partial or not (event.id in self._heard or _codes(event)):  # else it repeats what was said in pieces
            self._heard.add(event.id)
            self.voices.add(event.id, text_of(event))
        if event.partial:
            return
        self.events.append(event)
        if event.error_code or event.content:
            self._error = f"{event.error_code}: {event.error_message}" if event.error_code else ""
        self._note_code(event)
        self._wait(event)
        if (event.is_final_response() or event.output is not None) and (text := _last_word(event)):
            self.text = self.words[event.author] = text

    def _wait(self, event: Event) -> None:
        """A call that takes long is waited for, unless it is answered after all."""
        for call in event.get_function_calls():
            if call.id and call.id in (event.long_running_tool_ids or ()):
                self._waiting[call.id] = call
        for response in event.get_function_responses():
            self._waiting.pop(response.id or "", None)

    def _note_code(self, event: Event) -> None:
        """Code and what it put out; ADK gives them no ids."""
        for part in _codes(event):
            if part.executable_code:
                self._codes += 1
                self._note("code", part.executable_code.code)
            elif part.code_execution_result:
                self._note("output", part.code_execution_result.output)

    def _note(self, kind: Any, text: str | None) -> None:
        self._host.note(Activity(kind=kind, text=text or "", id=f"code_{self._codes}"))


def _codes(event: Event) -> list[types.Part]:
    parts = (event.content.parts if event.content else None) or ()
    return [part for part in parts if part.executable_code or part.code_execution_result]


def _last_word(event: Event) -> str:
    """The text of a final event; what a workflow, a task or a tool gave, where nobody put it into words."""
    if text := text_of(event):
        return text
    results = [(response.response or {}).get("result") for response in event.get_function_responses()]
    output = event.output if event.output is not None else next(iter(results), None)
    return as_text(to_jsonable_python(output, fallback=str))
