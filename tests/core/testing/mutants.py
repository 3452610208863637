"""Adapters broken in one way each, and the promise that names the fault."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

import httpx
from massgen_hub.contract import Activity, Reply, Usage
from massgen_hub.errors import TurnError
from plain import PlainAgent

MUTANTS: dict[type[PlainAgent], str] = {}
NEEDS: dict[type[PlainAgent], dict[str, Any]] = {}
"""What a contract class declares so that the promise is made at all."""


def breaks(promise: str, **declared: Any) -> Callable[[type[PlainAgent]], type[PlainAgent]]:
    """Enters a mutant into the table."""

    def enter(mutant: type[PlainAgent]) -> type[PlainAgent]:
        MUTANTS[mutant], NEEDS[mutant] = promise, declared
        return mutant

    return enter


WITH_TOOLS = {"options": {"tools": True}, "capabilities": ("tools",)}
WITH_CODE = {"options": {"code": True}, "capabilities": ("code",)}


@breaks("test_a_turn_remembers_nothing_of_the_last")
class Remembers(PlainAgent):
    memory: tuple[dict[str, Any], ...] = ()

    def messages(self, turn):
        self.memory += tuple(super().messages(turn))
        return list(self.memory)


@breaks("test_two_agents_share_no_memory")
class SharesMemory(PlainAgent):
    memory: ClassVar[list[dict[str, Any]]] = []

    def messages(self, turn):
        self.memory.extend(super().messages(turn))
        return list(self.memory)


@breaks("test_it_prints_nothing")
class Prints(PlainAgent):
    def say(self, piece, speech):
        super().say(piece, speech)
        sys.stdout.write(piece)


@breaks("test_it_talks_to_nobody_but_its_model")
class PhonesHome(PlainAgent):
    async def __call__(self, turn, host):
        sys.audit("socket.getaddrinfo", "telemetry.invalid", 443, 0, 0, 0)  # what a look-up would raise
        return await super().__call__(turn, host)


@breaks("test_a_failing_model_fails_the_turn")
class AnswersWithTheError(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except httpx.HTTPError as failure:
            return Reply(text=str(failure))


@breaks("test_a_busy_model_is_a_passing_failure")
class CallsEverythingLasting(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except httpx.HTTPError as failure:
            said = str(failure)
        raise RuntimeError(said)


@breaks("test_a_refused_request_is_a_lasting_failure")
class CallsEverythingPassing(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except httpx.HTTPError as failure:
            raise TurnError(str(failure), transient=True) from failure


@breaks("test_the_words_of_the_model_s_server_are_kept")
class LosesTheServersWords(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except httpx.HTTPStatusError as failure:
            failure.args = ("something went wrong",)
            raise


@breaks("test_it_leaves_retries_to_the_hub")
class Retries(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except httpx.HTTPError:
            return await super().__call__(turn, host)


@breaks("test_a_model_that_hangs_up_fails_the_turn_for_now")
class TakesAHalfAnswerForAWhole(PlainAgent):
    async def chunks(self, request):
        try:
            async for chunk in super().chunks(request):
                yield chunk
        except httpx.RemoteProtocolError:
            return


@breaks("test_unknown_usage_is_not_zero")
class ReportsUnknownUsageAsZero(PlainAgent):
    def spend(self, host, usage):
        host.spend(Usage(input=0, output=0))


@breaks("test_usage_is_right_or_unknown")
class CountsTwice(PlainAgent):
    def spend(self, host, usage):
        host.spend(usage)
        host.spend(usage)


@breaks("test_newlines_indentation_and_unicode_survive")
class LosesNewlines(PlainAgent):
    async def chunks(self, request):
        async for chunk in super().chunks(request):
            for choice in chunk["choices"]:
                choice["delta"] |= {"content": (choice["delta"].get("content") or "").replace("\n", " ")}
            yield chunk


@breaks("test_a_long_answer_survives")
class CutsLongAnswers(PlainAgent):
    def reply(self, text, calls):
        return super().reply(text[:100_000], calls)


@breaks("test_a_draft_that_looks_like_a_decision_stays_as_it_is")
class ReadsDrafts(PlainAgent):
    def reply(self, text, calls):
        return super().reply(text.replace('{"answer": ', "").removesuffix("}"), calls)


@breaks("test_the_model_hears_the_whole_prompt")
class ShortensThePrompt(PlainAgent):
    def messages(self, turn):
        return super().messages(replace(turn, prompt=" ".join(turn.prompt.split())))


@breaks("test_the_streamed_pieces_join_to_the_reply")
class StreamsTwice(PlainAgent):
    def say(self, piece, speech):
        super().say(piece, speech)
        super().say(piece, speech)


@breaks("test_a_cancelled_turn_ends_at_once")
class SwallowsCancellation(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except asyncio.CancelledError:
            return Reply(text="I notice that I was interrupted.")


@breaks("test_a_cancelled_turn_hangs_up_on_the_model")
class KeepsListening(PlainAgent):
    async def __call__(self, turn, host):
        self.listening = asyncio.create_task(super().__call__(turn, host))
        return await asyncio.shield(self.listening)


@breaks("test_it_works_after_a_cancelled_turn")
class NeverRecovers(PlainAgent):
    cancelled: ClassVar[set[str]] = set()

    async def __call__(self, turn, host):
        place = str(self.client.base_url)
        if place in self.cancelled:
            raise TurnError("a turn was cancelled before")
        try:
            return await super().__call__(turn, host)
        except asyncio.CancelledError:
            self.cancelled.add(place)
            raise


@breaks("test_closing_leaves_nothing_running")
class LeavesAProcess(PlainAgent):
    left: ClassVar[list[subprocess.Popen[bytes]]] = []

    async def __call__(self, turn, host):
        self.left.append(subprocess.Popen(["sleep", "60"]))
        return await super().__call__(turn, host)


@breaks("test_prose_instead_of_a_ballot_comes_through_as_text")
class ForgesBallots(PlainAgent):
    async def __call__(self, turn, host):
        reply = await super().__call__(turn, host)
        return replace(reply, data=reply.data or (turn.schema and {"ranking": ["A"], "reason": "I said so"}))


@breaks("test_a_ballot_reaches_the_hub")
class LosesDecisions(PlainAgent):
    def reply(self, text, calls):
        return Reply(text=text)


@breaks("test_of_two_decisions_in_one_reply_the_first_counts")
class TakesTheLastDecision(PlainAgent):
    def reply(self, text, calls):
        return super().reply(text, calls[-1:])


@breaks("test_an_unknown_label_is_left_to_the_hub")
class MendsBallots(PlainAgent):
    async def __call__(self, turn, host):
        reply = await super().__call__(turn, host)
        known = [shown.label for shown in turn.shown]
        if isinstance(reply.data, dict) and "ranking" in reply.data:
            mended = [label for label in reply.data["ranking"] if label in known] or known
            return replace(reply, data={**reply.data, "ranking": mended})
        return reply


@breaks("test_prose_instead_of_a_ballot_takes_few_calls")
class LoopsUntilItLikesTheReply(PlainAgent):
    async def __call__(self, turn, host):
        for _ in range(10):
            reply = await super().__call__(turn, host)
            if reply.data or not turn.schema:
                break
        return reply


@breaks("test_a_real_model_would_accept_every_request")
class LeavesCallsUnanswered(PlainAgent):
    def messages(self, turn):
        function = {"name": "vote", "arguments": "{}"}
        made = {"id": "call_0", "type": "function", "function": function}
        return [{"role": "assistant", "content": None, "tool_calls": [made]}, *super().messages(turn)]


@breaks("test_replies_are_those_of_the_agents_in_any_order")
class CrossesReplies(PlainAgent):
    spoken = ""

    async def __call__(self, turn, host):
        CrossesReplies.spoken = ""
        return replace(await super().__call__(turn, host), text=CrossesReplies.spoken)

    def say(self, piece, speech):
        super().say(piece, speech)
        CrossesReplies.spoken += piece


@breaks("test_two_runs_at_once_in_one_process_do_not_meet")
class KnowsAgentsByNameOnly(PlainAgent):
    clients: ClassVar[dict[str, Any]] = {}

    async def __call__(self, turn, host):
        self.client = self.clients.setdefault(turn.agent, self.client)
        try:
            await asyncio.sleep(0)
            return await super().__call__(turn, host)
        finally:
            self.clients.pop(turn.agent, None)


@breaks("test_the_user_s_object_is_left_as_it_was", target="plain_users:bot")
class ChangesTheUsersObject(PlainAgent):
    async def __call__(self, turn, host):
        self.target.settings["stops"].append(turn.kind)
        return await super().__call__(turn, host)


@breaks("test_a_tool_call_and_its_result_come_as_a_pair", **WITH_TOOLS)
class TellsCallsOnly(PlainAgent):
    def results(self, calls, host):
        return super().results(calls, _Deaf(host, "result"))


@breaks("test_a_tool_that_fails_has_a_result_too", **WITH_TOOLS)
class HidesFailuresOfTools(PlainAgent):
    def results(self, calls, host):
        failing = any(call["function"]["name"] == "fail" for call in calls)
        return super().results(calls, _Deaf(host, "result") if failing else host)


@breaks("test_its_own_code_is_run_and_reported_as_a_pair", **WITH_CODE)
class RunsNoCode(PlainAgent):
    def allowed(self, turn, code):
        return False


@breaks("test_code_in_the_answer_of_a_peer_is_never_run", **WITH_CODE)
class RunsWhatItReads(PlainAgent):
    async def __call__(self, turn, host):
        if code := self.code_in(replace(turn, schema=None), turn.prompt):
            self.output(code, host)
        return await super().__call__(turn, host)

    def allowed(self, turn, code):
        return True


IN_PROCESSES: dict[type[PlainAgent], str] = {}
"""Those that do it in processes of their own only. `sign`: what of it the failed promise tells."""


def breaks_in_a_process(promise: str) -> Callable[[type[PlainAgent]], type[PlainAgent]]:
    """Enters a mutant into the table of those."""

    def enter(mutant: type[PlainAgent]) -> type[PlainAgent]:
        IN_PROCESSES[mutant] = promise
        return mutant

    return enter


@breaks_in_a_process("test_its_process_asks_nobody_and_writes_only_into_its_folders")
class AsksForNewerVersions(PlainAgent):
    sign = "asks for versions.invalid"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        sys.audit("socket.getaddrinfo", "versions.invalid", 443, 0, 0, 0)


@breaks_in_a_process("test_its_process_asks_nobody_and_writes_only_into_its_folders")
class KeepsADatabaseElsewhere(PlainAgent):
    sign = "writes /nowhere/threads.db"

    async def __call__(self, turn, host):
        with suppress(sqlite3.OperationalError):
            sqlite3.connect("/nowhere/threads.db")
        return await super().__call__(turn, host)


@breaks_in_a_process("test_its_process_prints_nothing")
class GreetsWhenItIsOpened(PlainAgent):
    sign = "Welcome!"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        print("Welcome!")


class _Deaf:
    """A host that does not hear activities of one kind."""

    def __init__(self, host, kind):
        self._host, self._kind = host, kind

    def __getattr__(self, name):
        return getattr(self._host, name)

    def note(self, activity: Activity) -> None:
        if activity.kind != self._kind:
            self._host.note(activity)
