"""The kit for adapter authors: a good adapter keeps every promise, a bad one breaks exactly the right one."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from inspect import signature
from typing import Any, ClassVar

import httpx
import pytest
from massgen_hub.contract import Adapter, Host, Reply, Setup, Traits, Turn, Usage
from massgen_hub.dialogue import reply_schema
from massgen_hub.kit import decision_tools
from massgen_hub.options import Options
from massgen_hub.testing import AdapterContract
from pydantic import BaseModel


class PlainOptions(Options):
    """The good adapter's only option."""

    system_message: str = ""


class PlainAgent:
    """The smallest honest agent: one streamed request, and what came is passed on."""

    def __init__(self, client: httpx.AsyncClient, model: str) -> None:
        self.client, self.model = client, model

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        text, arguments = "", ""
        async for chunk in self.chunks(self.request(turn)):
            for choice in chunk["choices"]:
                piece = choice["delta"].get("content") or ""
                text += piece
                self.say(piece, host)
                arguments += "".join(c["function"]["arguments"] for c in choice["delta"].get("tool_calls", ()))
            if usage := chunk.get("usage"):
                host.spend(Usage(input=usage["prompt_tokens"], output=usage["completion_tokens"]))
        return Reply(text=text, data=json.loads(arguments) if arguments else None)

    def say(self, piece: str, host: Host) -> None:
        host.say(piece)

    def messages(self, turn: Turn) -> list[dict[str, Any]]:
        return [{"role": "user", "content": turn.prompt}]

    def request(self, turn: Turn) -> dict[str, Any]:
        tools = {"tools": decision_tools(turn.schema)} if turn.schema else {}
        options = {"stream": True, "stream_options": {"include_usage": True}}
        return {"model": self.model, "messages": self.messages(turn), **options, **tools}

    async def chunks(self, request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        async with self.client.stream("POST", "/chat/completions", json=request) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    yield json.loads(line.removeprefix("data: "))


def adapter(agent: type[PlainAgent] = PlainAgent, **changes: Any) -> Adapter:
    @asynccontextmanager
    async def opened(options: PlainOptions, setup: Setup) -> AsyncIterator[PlainAgent]:
        assert setup.model is not None
        async with httpx.AsyncClient(base_url=setup.model.base_url, timeout=30) as client:
            yield agent(client, setup.model.name)

    plain = Adapter(
        name="plain",
        summary="A request to a model.",
        options=PlainOptions,
        open=opened,
        traits=lambda _options: Traits(streams=True),
    )
    return replace(plain, **changes)


class TestAGoodAdapter(AdapterContract):
    adapter = adapter()
    plugin = "massgen_hub.testing"


class Remembers(PlainAgent):
    def __init__(self, client: httpx.AsyncClient, model: str) -> None:
        super().__init__(client, model)
        self.memory: list[dict[str, Any]] = []

    def messages(self, turn):
        self.memory += super().messages(turn)
        return self.memory


class SharesMemory(PlainAgent):
    memory: ClassVar[list[dict[str, Any]]] = []

    def messages(self, turn):
        self.memory.extend(super().messages(turn))
        return self.memory


class Prints(PlainAgent):
    def say(self, piece, host):
        super().say(piece, host)
        sys.stdout.write(piece)


class AnswersWithTheError(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except httpx.HTTPError as failure:
            return Reply(text=str(failure))


class HidesTheCause(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except httpx.HTTPError:
            failure = RuntimeError("something went wrong")
        raise failure


class Retries(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except httpx.HTTPError:
            return await super().__call__(turn, host)


class ReportsNoUsageAsZero(PlainAgent):
    async def __call__(self, turn, host):
        host.spend(Usage(input=0, output=0))
        return await super().__call__(turn, host)


class LosesNewlines(PlainAgent):
    async def chunks(self, request):
        async for chunk in super().chunks(request):
            for choice in chunk["choices"]:
                choice["delta"] |= {"content": (choice["delta"].get("content") or "").replace("\n", " ")}
            yield chunk


class StreamsTwice(PlainAgent):
    def say(self, piece, host):
        super().say(piece, host)
        super().say(piece, host)


class StreamsNothing(PlainAgent):
    def say(self, piece, host):
        """Promised, and not done."""


class SwallowsCancellation(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except asyncio.CancelledError:
            return Reply(text="I notice that I was interrupted.")


class KeepsListening(PlainAgent):
    async def __call__(self, turn, host):
        self.listening = asyncio.create_task(super().__call__(turn, host))
        return await asyncio.shield(self.listening)


class ForgesBallots(PlainAgent):
    async def __call__(self, turn, host):
        reply = await super().__call__(turn, host)
        return replace(reply, data=reply.data or (turn.schema and {"ranking": ["A"], "reason": "I said so"}))


class LosesDecisions(PlainAgent):
    async def __call__(self, turn, host):
        return replace(await super().__call__(turn, host), data=None)


class LoopsUntilItLikesTheReply(PlainAgent):
    async def __call__(self, turn, host):
        for _ in range(10):
            reply = await super().__call__(turn, host)
            if reply.data or not turn.schema:
                break
        return reply


class LeavesCallsUnanswered(PlainAgent):
    def messages(self, turn):
        function = {"name": "vote", "arguments": "{}"}
        made = {"id": "call_0", "type": "function", "function": function}
        return [{"role": "assistant", "content": None, "tool_calls": [made]}, *super().messages(turn)]


class CrossesReplies(PlainAgent):
    spoken = ""

    async def __call__(self, turn, host):
        CrossesReplies.spoken = ""
        return replace(await super().__call__(turn, host), text=CrossesReplies.spoken)

    def say(self, piece, host):
        super().say(piece, host)
        CrossesReplies.spoken += piece


@pytest.mark.parametrize(
    ("agent", "promises"),
    [
        (Remembers, {"test_a_turn_remembers_nothing_of_the_last"}),
        (SharesMemory, {"test_a_turn_remembers_nothing_of_the_last", "test_two_agents_share_no_memory"}),
        (Prints, {"test_it_prints_nothing"}),
        (AnswersWithTheError, {"test_a_failing_model_fails_the_turn", "test_a_busy_model_is_a_passing_failure"}),
        (HidesTheCause, {"test_a_busy_model_is_a_passing_failure"}),
        (Retries, {"test_it_leaves_retries_to_the_hub"}),
        (ReportsNoUsageAsZero, {"test_usage_is_reported_or_unknown"}),
        (LosesNewlines, {"test_newlines_indentation_and_unicode_survive"}),
        (StreamsTwice, {"test_the_streamed_pieces_join_to_the_reply"}),
        (StreamsNothing, {"test_the_streamed_pieces_join_to_the_reply"}),
        (SwallowsCancellation, {"test_a_cancelled_turn_ends_at_once"}),
        (KeepsListening, {"test_a_cancelled_turn_hangs_up_on_the_model"}),
        (ForgesBallots, {"test_prose_instead_of_a_ballot_comes_through_as_text"}),
        (LosesDecisions, {"test_a_ballot_reaches_the_hub", "test_a_better_answer_reaches_the_hub"}),
        (LoopsUntilItLikesTheReply, {"test_prose_instead_of_a_ballot_takes_few_calls"}),
        (LeavesCallsUnanswered, {"test_a_real_model_would_accept_every_request"}),
        (CrossesReplies, {"test_turns_at_the_same_time_keep_their_replies_apart"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_broken_agent_breaks_exactly_these_promises(agent, promises, capfd):
    assert broken(adapter(agent), capfd) == promises


class LaxOptions(BaseModel):
    """Takes anything."""


class GreedyOptions(Options):
    """Takes a key of the hub."""

    timeout: float = 1


@pytest.mark.parametrize(
    ("changes", "promise"),
    [
        ({"name": "Plain Agents"}, "test_its_name_is_a_lower_case_word"),
        ({"summary": "Two\nlines."}, "test_its_summary_is_one_line"),
        ({"options": LaxOptions}, "test_an_unknown_option_is_refused"),
        ({"options": GreedyOptions}, "test_its_options_leave_the_keys_of_the_hub_alone"),
    ],
)
def test_a_broken_description_breaks_exactly_this_promise(changes, promise, capfd):
    assert broken(adapter(**changes), capfd) == {promise}


def test_a_plugin_that_imports_its_framework_when_listed_is_caught(capfd):
    assert broken(adapter(), capfd, ("http",)) == {"test_listing_it_imports_no_framework"}


def test_replacing_a_promise_without_a_reason_is_refused():
    with pytest.raises(TypeError, match="test_it_prints_nothing replaces a promise"):

        class Silent(AdapterContract):
            test_it_prints_nothing = None


def test_a_promise_may_be_marked_as_impossible_with_a_reason():
    class Loud(AdapterContract):
        @pytest.mark.xfail(reason="it prints a banner")
        def test_it_prints_nothing(self, capfd):
            super().test_it_prints_nothing(capfd)

    assert Loud.test_it_prints_nothing is not AdapterContract.test_it_prints_nothing


def broken(made: Adapter, capfd: pytest.CaptureFixture[str], modules: tuple[str, ...] = ()) -> set[str]:
    """The promises that an adapter breaks."""
    members = {"adapter": made, "plugin": "massgen_hub.testing", "framework_modules": modules}
    contract = type("Broken", (AdapterContract,), members)()
    tests = [name for name in dir(contract) if name.startswith("test_")]
    return {name for name in tests if not keeps(getattr(contract, name), capfd)}


def keeps(test: Callable[..., None], capfd: pytest.CaptureFixture[str]) -> bool:
    capfd.readouterr()
    try:
        test(*([capfd] if "capfd" in signature(test).parameters else []))
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("need", ["ranking", "choice", "approval", "score"])
def test_a_ballot_of_any_kind_is_the_tool_vote_and_a_better_answer_another(need):
    tools = decision_tools(reply_schema("decide", ["A", "B"], need))
    assert [tool["function"]["name"] for tool in tools] == ["vote", "answer"]
