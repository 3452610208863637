"""Workflows of the user's own: what they answer, who is heard, and what a turn leaves behind."""

from __future__ import annotations

import asyncio
import json
from typing import Never

import agent_framework_users as users
import pytest
from agent_framework import Executor, WorkflowBuilder, WorkflowContext, WorkflowExecutor, executor, handler
from agent_framework_orchestrations import (
    ConcurrentBuilder,
    GroupChatBuilder,
    HandoffBuilder,
    MagenticBuilder,
    SequentialBuilder,
)
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.testing import Gate, RecordingHost, call, calls, content_text, draft, fail, hang, run, say
from massgen_hub_agent_framework import ADAPTER


def told(request):
    return [content_text(message.get("content")) for message in request.body["messages"]]


def in_turn(state):
    return list(state.participants)[state.current_round % len(state.participants)]


def test_everybody_in_a_sequence_is_heard_and_counted_and_the_last_answers(server, take):
    server.script("a", [say("Lyon?")])
    server.script("b", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.sequence(server, "a", "b")).text == "Paris."
    assert list(host.parts.values()) == ["Lyon?", "Paris."]
    assert sorted(host.tokens) == sorted(server.tokens) != []
    assert told(server.requests[1])[-1] == "Lyon?"


def test_those_who_work_at_once_are_parts_of_their_own_and_answer_together(server, take):
    server.script("a", [say("Lyon is large.")])
    server.script("b", [say("Paris is larger.")])
    host = RecordingHost()
    workflow = ConcurrentBuilder(participants=users.team(server, "a", "b")).build()
    assert take(draft(), host=host, target=workflow).text == "Lyon is large.\n\nParis is larger."
    assert sorted(list(host.parts.values())[:2]) == ["Lyon is large.", "Paris is larger."]
    assert host.text == "Lyon is large.\n\nParis is larger."
    assert sorted(host.tokens) == sorted(server.tokens)


def test_the_aggregator_of_the_user_has_the_last_word(server, take):
    workflow = ConcurrentBuilder(participants=users.team(server, "a", "b"))
    workflow = workflow.with_aggregator(lambda results: {"answers": len(results)}).build()
    assert json.loads(take(draft(), target=workflow).text) == {"answers": 2}


def test_the_end_of_a_group_chat_is_not_its_answer(server, take):
    server.script("a", [say("Lyon?")])
    server.script("b", [say("Paris.")])
    chat = GroupChatBuilder(participants=users.team(server, "a", "b"), selection_func=in_turn, max_rounds=2)
    host = RecordingHost()
    assert take(draft(), host=host, target=chat.build()).text == "Paris."
    assert list(host.parts.values()) == ["Lyon?", "Paris."]


def test_the_final_message_of_an_orchestrator_is_the_answer_and_its_calls_are_counted(server, take):
    turn = {"terminate": False, "reason": "r", "next_speaker": "a", "final_message": None}
    over = {"terminate": True, "reason": "r", "next_speaker": None, "final_message": "It is Paris."}
    server.script("boss", [say(json.dumps(turn)), say(json.dumps(over))])
    server.script("a", [say("Paris?")])
    boss = users.an_agent(server, "boss", "boss")
    chat = GroupChatBuilder(participants=users.team(server, "a"), orchestrator_agent=boss, max_rounds=5).build()
    host = RecordingHost()
    assert take(draft(), host=host, target=chat).text == "It is Paris."
    assert list(host.parts.values()) == ["Paris?", "It is Paris."]
    assert sorted(host.tokens) == sorted(server.tokens)
    assert len(server.asked("boss")) == 2


def test_an_orchestrator_that_only_ends_the_chat_leaves_the_word_to_the_last_speaker(server, take):
    turn = {"terminate": False, "reason": "r", "next_speaker": "a", "final_message": None}
    server.script("boss", [say(json.dumps(turn)), say(json.dumps({**turn, "terminate": True}))])
    server.script("a", [say("Paris.")])
    boss = users.an_agent(server, "boss", "boss")
    chat = GroupChatBuilder(participants=users.team(server, "a"), orchestrator_agent=boss, max_rounds=5).build()
    assert take(draft(), target=chat).text == "Paris."


def ledger(*, satisfied):
    item = {"reason": "r", "answer": False}
    return json.dumps(
        {
            "is_request_satisfied": {"reason": "r", "answer": satisfied},
            "is_in_loop": item,
            "is_progress_being_made": {"reason": "r", "answer": True},
            "next_speaker": {"reason": "r", "answer": "a"},
            "instruction_or_question": {"reason": "r", "answer": "Which capital?"},
        }
    )


def test_the_manager_of_magentic_is_counted_and_gives_the_answer(server, take):
    thoughts = ["facts", "plan", ledger(satisfied=False), ledger(satisfied=True), "It is Paris."]
    server.script("boss", list(map(say, thoughts)))
    server.script("a", [say("Paris?")])
    boss = users.an_agent(server, "boss", "boss")
    magentic = MagenticBuilder(participants=users.team(server, "a"), manager_agent=boss).build()
    host = RecordingHost()
    assert take(draft(), host=host, target=magentic).text == "It is Paris."
    assert list(host.parts.values()) == ["Paris?", "It is Paris."]
    assert sorted(host.tokens) == sorted(server.tokens)
    assert len(server.asked("boss")) == 5


def handoff(server):
    agents = [
        users.an_agent(server, name, name, require_per_service_call_history_persistence=True) for name in ("a", "b")
    ]
    return HandoffBuilder(participants=agents).with_start_agent(agents[0]).build()


def test_who_was_handed_the_task_answers_and_nobody_is_asked(server, take):
    server.script("a", [calls(("handoff_to_b", {}), text="Ask b.")])
    server.script("b", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=handoff(server)).text == "Paris."
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", '{"handoff_to": "b"}')
    assert sorted(host.tokens) == sorted(server.tokens)
    assert host.questions == []


def test_a_workflow_as_an_agent_is_heard_like_the_workflow(server, take):
    server.script("a", [say("Lyon?")])
    server.script("b", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.sequence(server, "a", "b").as_agent()).text == "Paris."
    assert sorted(host.tokens) == sorted(server.tokens)


class Counting(Executor):
    """Has a state of its own, in a list and in a number."""

    def __init__(self):
        super().__init__("counting")
        self.seen, self.count = [], 0

    @handler
    async def take(self, text: str, ctx: WorkflowContext[Never, str]) -> None:
        self.seen.append(text)
        self.count += 1
        await ctx.yield_output(f"{text} {len(self.seen)} {self.count}")


def test_executors_of_the_user_begin_every_turn_as_they_were_given(take):
    counting = Counting()
    workflow = WorkflowBuilder(start_executor=counting).build()
    assert take(draft(prompt="Hi"), draft(prompt="Hi", round=2), target=workflow).text == "Hi 1 1"
    assert (counting.seen, counting.count) == ([], 0)


def test_what_a_workflow_knew_when_it_was_given_is_kept(server, take):
    server.script("a", lambda _body: say("Noted."))
    workflow = users.sequence(server, "a")

    async def before():
        await workflow.run("Remember the river.")

    run(before(), loop="one")
    take(draft(prompt="Which?"), draft(prompt="Which?", round=2), target=workflow)
    heard = [told(request) for request in server.requests]
    assert heard[1] == heard[2] == ["Remember the river.", "Noted.", "Which?"]


def test_an_agent_that_a_function_names_is_counted_and_left_alone(server, take):
    agent = users.an_agent(server)
    server.script("m", [fail(500)])

    @executor(id="asking")
    async def asking(text: str, ctx: WorkflowContext[Never, str]) -> None:
        await ctx.yield_output((await agent.run(text, session=agent.create_session())).text)

    workflow = WorkflowBuilder(start_executor=asking).build()
    with pytest.raises(Exception, match="the script says 500"):
        take(draft(), target=workflow)
    assert len(server.requests) == 1, "tried again"
    server.script("m", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=workflow).text == "Paris."
    assert sorted(host.tokens) == [server.requests[-1].usage]
    assert agent.context_providers == []


def test_the_same_workflow_takes_turns_at_once(server):
    first, second = Gate(), Gate()
    gates = {"one": first, "two": second}
    server.script("a", lambda body: hang(told_last(body), gates[told_last(body)]))
    target = users.sequence(server, "a")

    async def both():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="x", seed=1, target=target)) as agent:
            turns = []
            for prompt, gate in gates.items():
                turns.append(asyncio.create_task(agent(draft(prompt=prompt), RecordingHost())))
                await asyncio.to_thread(gate.reached.wait)
            second.released.set()
            first.released.set()
            return [reply.text for reply in await asyncio.gather(*turns)]

    assert run(both(), loop="one") == ["one", "two"]


def told_last(body):
    return content_text(body["messages"][-1]["content"])


def test_a_workflow_in_a_workflow_is_heard_and_counted(server, take):
    inner = WorkflowExecutor(users.sequence(server, "a"), id="inner", allow_direct_output=True)
    server.script("a", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=SequentialBuilder(participants=[inner]).build()).text == "Paris."
    assert sorted(host.tokens) == sorted(server.tokens)


def test_a_tool_of_a_participant_is_noted_and_its_failing_client_fails_the_turn_for_now(server, take):
    agent = users.an_agent(server, tools=[users.multiply])
    server.script("m", [call("multiply", {"x": 2, "y": 3}), fail(503)])
    host = RecordingHost()
    with pytest.raises(Exception, match="the script says 503"):
        take(draft(), host=host, target=SequentialBuilder(participants=[agent]).build())
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "6")
    assert users.multiply.invocation_count == 0


def test_a_workflow_that_takes_no_text_is_refused(take):
    @executor(id="doubling")
    async def doubling(number: int, ctx: WorkflowContext[Never, int]) -> None:
        await ctx.yield_output(2 * number)

    with pytest.raises(ConfigError, match="the workflow begins with `doubling`, which takes no text"):
        take(draft(), target=WorkflowBuilder(start_executor=doubling).build())


def test_context_providers_of_a_workflow_as_an_agent_are_refused(server, take):
    from agent_framework import ContextProvider

    target = users.sequence(server, "a").as_agent(context_providers=[ContextProvider("mine")])
    with pytest.raises(ConfigError, match="context providers of a workflow as an agent are not run"):
        take(draft(), target=target)
