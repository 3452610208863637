"""Calls of functions, as they are reported to the hub and put to a person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any, Self

from massgen_hub.contract import Host
from massgen_hub.kit import ToolCalls, approval, as_text
from pydantic_core import to_jsonable_python
from semantic_kernel.contents.kernel_content import KernelContent
from semantic_kernel.functions import FunctionResult


class CallFilter:
    """A filter of Semantic Kernel around each call that a model makes; `approve` names the functions that a person is
    asked about. `answer` is the result of a call after which the agent's own filters end the run."""

    def __init__(self, host: Host, approve: Collection[str]) -> None:
        self._host, self._approve, self._calls = host, approve, ToolCalls(host)
        self.answer: str | None = None

    def __deepcopy__(self, _copies: object) -> Self:
        """A handoff clones the kernel of its agents, with copies of their filters."""
        return self

    async def __call__(self, context: Any, next: Callable[[Any], Awaitable[None]]) -> None:  # noqa: A002 - its name there
        """Call the function, unless a person does not let it."""
        function, call = context.function, context.function_call_content
        if {function.name, function.fully_qualified_name} & set(self._approve):
            said = await approval(self._host, function.name, call.to_kernel_arguments())
            if not said.given:
                reason = said.reason or "The call was not approved."
                context.function_result = FunctionResult(function=function.metadata, value=reason)
                return
        self._calls.called(call.id or "", function.name, as_text(call.arguments))
        try:
            await next(context)
        except BaseException as failure:
            self._calls.failed(call.id or "", failure)
            raise
        value = context.function_result.value if context.function_result else None
        result = str(value) if isinstance(value, KernelContent) else as_text(to_jsonable_python(value, fallback=str))
        self._calls.gave(call.id or "", result)
        if context.terminate:
            self.answer = result
