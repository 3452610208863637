"""The promises of an adapter, as tests. Three lines in a test file check them all:

    class TestMine(AdapterContract):
        adapter = my_adapter
        options = {"system_message": "Be brief."}
        framework_modules = ("my_framework",)

A promise that a framework makes impossible is marked, with the reason, and never silently left out:

    @pytest.mark.xfail(reason="my_framework prints a banner")
    def test_it_prints_nothing(self, capfd):
        super().test_it_prints_nothing(capfd)
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..consensus import Answer, Ballot
from ..contract import JSON, Adapter, Agent, Host, Reply, Setup, Traits, Turn
from ..dialogue import read
from ..kit import is_transient
from .host import RecordingHost
from .loops import run
from .replies import Gate, ModelReply, Script, decides, fail, hang, say, says
from .server import ModelServer, Request
from .turns import decide, draft, vote

if TYPE_CHECKING:
    import pytest

T = TypeVar("T")

HUB_KEYS = frozenset({"id", "type", "model", "environment", "agent", "timeout"})
LABELS = {"A": "first", "B": "second"}
BALLOT = {"reason": "It is the capital.", "ranking": ["B", "A"]}
BETTER = {"answer": "Paris, on the Seine."}
PROSE = "I would rather talk about the weather."
SHAPED = "def f(x):\n    return [\n        x,\n    ]\n\n\tTab, then: naïve “quotes” — 東京 🗼"


class AdapterContract:
    """Tests of one adapter with one set of options; subclass it once for each kind of agent that it opens."""

    adapter: ClassVar[Adapter]
    options: ClassVar[Mapping[str, JSON]] = {}
    plugin: ClassVar[str] = ""
    """The module that the entry point names; empty: the top package of `adapter.open`."""
    framework_modules: ClassVar[tuple[str, ...]] = ()
    """Modules that must not be imported when plugins are only listed."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Refuse a subclass that replaces a promise without saying why."""
        super().__init_subclass__(**arguments)
        for name in _promises():
            replaced = getattr(cls, name) is not getattr(AdapterContract, name)
            if replaced and not _excused(getattr(cls, name)):
                raise TypeError(f"{cls.__name__}.{name} replaces a promise: mark it `xfail(reason=...)`")

    # What a subclass may change.

    def setup(self, server: ModelServer, model: str, agent: str) -> Setup:
        """What the agent is opened with; a subclass may add a `target`."""
        return Setup(agent=agent, seed=1, model=server.model(model))

    def says(self, text: str) -> Script:
        """How a model gives an answer to this framework, for example wrapped in the code that it asks for."""
        return says(text)

    def decides(self, decision: Mapping[str, JSON]) -> Script:
        """How a model gives a decision to this framework."""
        return decides(decision)

    # What the adapter says about itself.

    def test_its_name_is_a_lower_case_word(self) -> None:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", self.adapter.name)

    def test_its_summary_is_one_line(self) -> None:
        assert self.adapter.summary.strip()
        assert "\n" not in self.adapter.summary

    def test_an_unknown_option_is_refused(self) -> None:
        accepted = _accepts(self.adapter.options, {**self.options, "no_such_option": 1})
        assert not accepted, "derive the options from `massgen_hub.options.Options`"

    def test_its_options_leave_the_keys_of_the_hub_alone(self) -> None:
        fields = self.adapter.options.model_fields
        taken = HUB_KEYS & {*fields, *(field.alias for field in fields.values())}
        assert not taken, f"the hub reads these keys itself: {sorted(taken)}"

    def test_listing_it_imports_no_framework(self) -> None:
        plugin = self.plugin or self.adapter.open.__module__.partition(".")[0]
        loaded = _modules_after(f"import {plugin}; list(getattr({plugin}, 'register_adapters', tuple)())")
        assert not loaded & set(self.framework_modules), "import the framework inside `open`"

    # What it makes of an answer.

    def test_a_draft_is_the_text_of_the_model(self) -> None:
        reply, _ = self._one_turn(draft(), self.says("Paris."))
        assert reply.text == "Paris."

    def test_newlines_indentation_and_unicode_survive(self) -> None:
        reply, _ = self._one_turn(draft(), self.says(SHAPED))
        assert reply.text == SHAPED

    def test_the_streamed_pieces_join_to_the_reply(self) -> None:
        if not self._traits().streams:
            _skip("it does not stream")
        reply, host = self._one_turn(draft(), self.says(SHAPED))
        assert host.said, "nothing was streamed"
        assert host.text == reply.text

    # What it makes of a decision.

    def test_a_ballot_reaches_the_hub(self) -> None:
        reply, _ = self._one_turn(vote(), self.decides(BALLOT))
        decision = read("vote", reply, LABELS, "ranking")
        assert isinstance(decision, Ballot), f"the hub reads {decision} in {reply}"
        assert (decision.labels, decision.reason) == (("B", "A"), BALLOT["reason"])

    def test_a_better_answer_reaches_the_hub(self) -> None:
        reply, _ = self._one_turn(decide(), self.decides(BETTER))
        decision = read("decide", reply, LABELS, "ranking")
        assert isinstance(decision, Answer), f"the hub reads {decision} in {reply}"
        assert decision.text == BETTER["answer"]

    def test_prose_instead_of_a_ballot_comes_through_as_text(self) -> None:
        reply, _ = self._one_turn(vote(), lambda _body: say(PROSE))
        assert PROSE in reply.text
        assert reply.data is None, "the model made no decision"

    def test_prose_instead_of_a_ballot_takes_few_calls(self) -> None:
        requests = self._requests(vote(), lambda _body: say(PROSE))
        assert len(requests) <= 4, "bound the framework's own tries: the hub has its own"

    # What it tells the hub.

    def test_usage_is_reported_or_unknown(self) -> None:
        _, host = self._one_turn(draft(), self.says("Paris."))
        counted = [number for usage in host.spent for number in (usage.input, usage.output, usage.calls)]
        assert 0 not in counted, "unknown usage is None"

    def test_a_failing_model_fails_the_turn(self) -> None:
        failure, _ = self._failed_turn(500)
        assert isinstance(failure, Exception), f"the turn ended with {failure!r}"

    def test_a_busy_model_is_a_passing_failure(self) -> None:
        failure, _ = self._failed_turn(429)
        assert isinstance(failure, Exception), f"the turn ended with {failure!r}"
        assert is_transient(failure), "raise the failure itself, or a TurnError from it"

    def test_it_leaves_retries_to_the_hub(self) -> None:
        _, calls = self._failed_turn(429)
        assert calls == 1

    def test_it_prints_nothing(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._one_turn(draft(), self.says("Paris."))
        self._one_turn(vote(), self.decides(BALLOT))
        assert tuple(capfd.readouterr()) == ("", "")

    def test_a_real_model_would_accept_every_request(self) -> None:
        drafted = self._requests(draft(), self.says("Paris."))
        decided = self._requests(decide(), self.decides(BALLOT))
        assert drafted, "the model was not asked"
        assert not [reason for request in drafted + decided for reason in request.invalid]

    # How it ends.

    def test_a_cancelled_turn_ends_at_once(self) -> None:
        outcome, _ = self._cancelled_turn(patience=0)
        assert isinstance(outcome, asyncio.CancelledError), f"the turn ended with {outcome!r}"

    def test_a_cancelled_turn_hangs_up_on_the_model(self) -> None:
        if self._traits().cancel == "kill":
            _skip("only the end of its process stops it")
        _, hung_up = self._cancelled_turn(patience=3)
        assert hung_up

    # What it keeps apart.

    def test_two_agents_share_no_memory(self) -> None:
        assert "SECRET-1" not in self._heard_after("SECRET-1", other_agent=True)

    def test_a_turn_remembers_nothing_of_the_last(self) -> None:
        assert "SECRET-1" not in self._heard_after("SECRET-1", other_agent=False)

    def test_turns_at_the_same_time_keep_their_replies_apart(self) -> None:
        assert self._run(self._crossed_turns()) == ("first", "second")

    # How it is done.

    def _traits(self) -> Traits:
        return self.adapter.traits(self._options())

    def _options(self) -> Any:
        return self.adapter.options(**self.options)

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return run(coroutine, loop=self._traits().loop)

    @asynccontextmanager
    async def _opened(self, server: ModelServer, model: str, agent: str = "ada") -> AsyncIterator[Agent]:
        async with self.adapter.open(self._options(), self.setup(server, model, agent)) as opened:
            yield opened

    async def _take(self, turn: Turn, server: ModelServer, host: Host) -> Reply:
        async with self._opened(server, "m") as agent:
            return await _reply(agent, turn, host)

    def _one_turn(self, turn: Turn, script: Script) -> tuple[Reply, RecordingHost]:
        host = RecordingHost()
        with ModelServer() as server:
            server.script("m", script)
            return self._run(self._take(turn, server, host)), host

    def _requests(self, turn: Turn, script: Script) -> list[Request]:
        """The model calls of a turn."""
        with ModelServer() as server:
            server.script("m", script)
            self._run(self._take(turn, server, RecordingHost()))
            return server.requests

    def _failed_turn(self, status: int) -> tuple[object, int]:
        """How a turn ends whose model fails, and how often the model was asked."""
        with ModelServer() as server:
            server.script("m", lambda _body: fail(status))
            try:
                return self._run(self._take(draft(), server, RecordingHost())), len(server.requests)
            except Exception as failure:
                return failure, len(server.requests)

    def _cancelled_turn(self, patience: float) -> tuple[object, bool]:
        """How a turn ends that is cancelled while the model speaks, and whether it hung up within `patience` s."""
        gate = Gate()
        with ModelServer() as server:
            server.script("m", [hang("Par", gate)])
            return self._run(self._cancel(server, gate, patience))

    async def _cancel(self, server: ModelServer, gate: Gate, patience: float) -> tuple[object, bool]:
        async with self._opened(server, "m") as agent:
            turn = asyncio.create_task(_reply(agent, draft(), RecordingHost()))
            await _until(gate, turn)
            turn.cancel()
            await asyncio.wait([turn], timeout=5)
            await asyncio.to_thread(server.requests[0].answered.wait, patience)  # closing would hang up too
            return _outcome(turn), server.requests[0].disconnected

    def _heard_after(self, secret: str, *, other_agent: bool) -> str:
        """What a model hears in a turn after one that held a secret."""
        with ModelServer() as server:
            for model in ("m", "n"):
                server.script(model, self.says("Noted."))
            self._run(self._two_turns(server, secret, "n" if other_agent else "m"))
            assert len(server.requests) >= 2, "the model was not asked"
            return json.dumps(server.requests[-1].body)

    async def _two_turns(self, server: ModelServer, secret: str, second_model: str) -> None:
        async with self._opened(server, "m", "ada") as first:
            await _reply(first, draft(f"Remember {secret}."), RecordingHost())
            if second_model == "m":
                await _reply(first, draft("What do you remember?", round=2), RecordingHost())
                return
            async with self._opened(server, second_model, "bob") as second:
                await _reply(second, draft("What do you remember?", agent="bob"), RecordingHost())

    async def _crossed_turns(self) -> tuple[str, str]:
        """Two turns at once, of which the first to start is the last to end."""
        gate = Gate()
        with ModelServer() as server:
            server.script("m", _gated(self.says("first"), gate))
            server.script("n", self.says("second"))
            async with self._opened(server, "m", "ada") as ada, self._opened(server, "n", "bob") as bob:
                slow = asyncio.create_task(_reply(ada, draft(), RecordingHost()))
                await _until(gate, slow)
                second = await _reply(bob, draft(agent="bob"), RecordingHost())
                gate.released.set()
                return (await slow).text, second.text


def _promises() -> Iterable[str]:
    return (name for name in vars(AdapterContract) if name.startswith("test_"))


def _excused(test: Any) -> bool:
    marks = getattr(test, "pytestmark", ())
    return any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)


def _accepts(options: type[Any], given: Mapping[str, JSON]) -> bool:
    try:
        options(**given)
    except ValueError:
        return False
    return True


def _skip(reason: str) -> None:
    import pytest  # the kit is installed with the hub, pytest is not

    pytest.skip(reason)


def _modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running the code."""
    report = f"import sys, json; {code}; print(json.dumps([*sys.modules]))"
    ran = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout))


def _gated(script: Script, gate: Gate) -> Script:
    def gated(body: Mapping[str, JSON]) -> ModelReply:
        reply = script(body)
        return ModelReply(text=reply.text, calls=reply.calls, gate=gate)

    return gated


async def _reply(agent: Agent, turn: Turn, host: Host) -> Reply:
    reply = await agent(turn, host)
    return Reply(text=reply) if isinstance(reply, str) else reply


def _outcome(turn: asyncio.Task[Reply]) -> object:
    if not turn.done():
        return "no end within 5 seconds"
    return asyncio.CancelledError() if turn.cancelled() else turn.exception() or turn.result()


async def _until(gate: Gate, turn: asyncio.Task[Reply]) -> None:
    """Wait until the model holds its reply back, or the turn has ended without asking it."""
    reached = asyncio.create_task(asyncio.to_thread(gate.reached.wait, 30))
    await asyncio.wait([reached, turn], return_when=asyncio.FIRST_COMPLETED)
    if turn.done():
        gate.reached.set()
    assert await reached, "the model was not asked within 30 seconds"
