"""What agents and workflows ask a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Never

import agent_framework_users as users
import pytest
from agent_framework import Executor, FunctionTool, WorkflowBuilder, WorkflowContext, handler, response_handler
from agent_framework_orchestrations import ConcurrentBuilder, MagenticBuilder, SequentialBuilder
from massgen_hub.contract import Question
from massgen_hub.errors import NotAvailable
from massgen_hub.testing import RecordingHost, call, calls, content_text, draft, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def delete(path):
    return ("delete", {"path": path})


def careful(server, name="a", model="m"):
    return users.an_agent(server, name, model, tools=[users.delete])


def results(request):
    return [message["content"] for message in request.body["messages"] if message["role"] == "tool"]


def told(request):
    return [content_text(message.get("content")) for message in request.body["messages"]]


def test_an_approved_call_is_made(server, take):
    server.script("m", [calls(delete("x"), text="May I?"), say("Done.")])
    host = RecordingHost(["approve"])
    assert take(draft(), host=host, target=careful(server)).text == "Done."
    about = {"name": "delete", "args": {"path": "x"}}
    assert host.questions == [Question(text="May `delete` be called?", choices=("approve", "reject"), data=about)]
    assert results(server.requests[1]) == ["deleted x"]
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "deleted x")


def test_any_other_answer_rejects_the_call_and_is_the_reason(server, take):
    server.script("m", [call(*delete("x")), say("Then not.")])
    host = RecordingHost(["It is needed."])
    assert take(draft(), host=host, target=careful(server)).text == "Then not."
    assert results(server.requests[1]) == ["The call was rejected: It is needed."]
    assert host.activities == []


def in_a_workflow(server):
    return SequentialBuilder(participants=[careful(server)]).build()


@pytest.mark.parametrize("make", [careful, in_a_workflow], ids=["agent", "workflow"])
def test_each_call_of_a_reply_is_asked_for(server, take, make):
    server.script("m", [calls(delete("v"), delete("w"), delete("x")), call(*delete("y")), say("Done.")])
    host = RecordingHost(["approve", "reject", "Why?", "approve"])
    assert take(draft(), host=host, target=make(server)).text == "Done."
    assert [question.data["args"]["path"] for question in host.questions] == ["v", "w", "x", "y"]
    told = results(server.requests[1])
    assert (told[0], told[2]) == ("deleted v", "The call was rejected: Why?")
    assert "rejected by user" in told[1]


def test_usage_is_counted_once_over_all_pauses(server, take):
    server.script("m", [call(*delete("x")), call(*delete("y")), say("Done.")])
    host = RecordingHost(["approve", "approve"])
    take(draft(), host=host, target=careful(server))
    assert host.tokens == server.tokens


def test_a_decision_ends_the_turn_whatever_else_would_need_an_approval(server, take):
    server.script("m", [calls(delete("x"), ("vote", BALLOT))])
    host = RecordingHost()
    assert take(vote(), host=host, target=careful(server)).data == BALLOT
    assert host.questions == []


def test_a_tool_that_is_only_declared_is_a_question(server, take):
    declared = FunctionTool(name="look", description="Look out.", input_model={"type": "object", "properties": {}})
    server.script("m", [call("look", {}), say("It rains.")])
    host = RecordingHost(["Rain."])
    assert take(draft(), host=host, target=users.an_agent(server, tools=[declared])).text == "It rains."
    assert host.questions == [Question(text="What is the result of `look`?", data={"name": "look", "args": {}})]
    assert results(server.requests[1]) == ["Rain."]


def test_where_nobody_answers_the_turn_fails_with_the_question(server, take):
    server.script("m", [call(*delete("x"))])
    with pytest.raises(NotAvailable, match="nobody answers: May `delete` be called?"):
        take(draft(), target=careful(server))


def test_a_participant_of_a_workflow_asks_too(server, take):
    server.script("m", [call(*delete("x")), say("Done.")])
    host = RecordingHost(["approve"])
    assert take(draft(), host=host, target=in_a_workflow(server)).text == "Done."
    assert results(server.requests[1]) == ["deleted x"]


def test_participants_that_work_at_once_are_asked_for_one_after_the_other(server, take):
    for model in ("a", "b"):
        server.script(model, [call(*delete(model)), say(f"Done {model}.")])
    host = RecordingHost(["approve", "reject"])
    workflow = ConcurrentBuilder(participants=[careful(server, name, name) for name in ("a", "b")]).build()
    assert take(draft(), host=host, target=workflow).text == "Done a.\n\nDone b."
    assert sorted(question.data["args"]["path"] for question in host.questions) == ["a", "b"]


def test_where_nobody_answers_a_workflow_the_turn_fails_with_the_question(server, take):
    server.script("m", [call(*delete("x"))])
    with pytest.raises(NotAvailable, match="nobody answers: May `delete` be called?"):
        take(draft(), target=in_a_workflow(server))


def test_an_answer_that_is_reviewed_is_changed_until_it_is_approved(server, take):
    server.script("a", [say("Lyon."), say("Paris.")])
    host = RecordingHost(["No, the capital.", "approve"])
    workflow = SequentialBuilder(participants=users.team(server, "a")).with_request_info().build()
    assert take(draft(), host=host, target=workflow).text == "Paris."
    assert [question.text for question in host.questions] == [
        "Is this answer good?\n\nLyon.",
        "Is this answer good?\n\nParis.",
    ]
    assert told(server.requests[1])[-1] == "No, the capital."


def test_a_plan_of_magentic_is_reviewed(server, take):
    done = '{{"reason": "r", "answer": {0}}}'
    names = ("is_request_satisfied", "is_in_loop", "is_progress_being_made", "next_speaker", "instruction_or_question")
    answers = ("true", "false", "true", '"a"', '"go"')
    ledger = ", ".join(f'"{name}": {done.format(answer)}' for name, answer in zip(names, answers, strict=True))
    thoughts = ["facts", "plan", "more facts", "better plan", "{" + ledger + "}", "It is Paris."]
    server.script("boss", list(map(say, thoughts)))
    boss = users.an_agent(server, "boss", "boss")
    magentic = MagenticBuilder(participants=users.team(server, "a"), manager_agent=boss, enable_plan_review=True)
    host = RecordingHost(["Ask a.", "approve"])
    assert take(draft(), host=host, target=magentic.build()).text == "It is Paris."
    assert [question.text.partition("\n")[0] for question in host.questions] == ["Is this plan good?"] * 2
    assert "better plan" in host.questions[1].text


@dataclass
class Address:
    """What a person is asked for."""

    street: str
    number: int


class Asking(Executor):
    """Asks for something, and answers with what it is told."""

    def __init__(self, request, kind):
        super().__init__("asking")
        self.request, self.kind = request, kind

    @handler
    async def begin(self, text: str, ctx: WorkflowContext[Never, str]) -> None:
        await ctx.request_info(self.request, self.kind)

    @response_handler
    async def text(self, request: str, response: str, ctx: WorkflowContext[Never, str]) -> None:
        await ctx.yield_output(f"text {response}")

    @response_handler
    async def yes(self, request: str, response: bool, ctx: WorkflowContext[Never, str]) -> None:
        await ctx.yield_output(f"bool {response}")

    @response_handler
    async def address(self, request: Address, response: Address, ctx: WorkflowContext[Never, str]) -> None:
        await ctx.yield_output(f"address {response.street} {response.number}")


@pytest.mark.parametrize(
    ("request_", "kind", "said", "answer"),
    [
        ("Name?", str, "7", "text 7"),
        ("Sure?", bool, "approve", "bool True"),
        ("Sure?", bool, "No.", "bool False"),
        (Address("Rue", 1), Address, '{"street": "Quai", "number": 2}', "address Quai 2"),
    ],
)
def test_an_executor_is_answered_in_the_form_that_it_takes(take, request_, kind, said, answer):
    host = RecordingHost([said])
    workflow = WorkflowBuilder(start_executor=Asking(request_, kind)).build()
    assert take(draft(), host=host, target=workflow).text == answer
    assert host.questions[0].text in ("Name?", "Sure?", '{"street": "Rue", "number": 1}')


def test_an_answer_of_the_wrong_form_fails_the_turn(take):
    workflow = WorkflowBuilder(start_executor=Asking(Address("Rue", 1), Address)).build()
    with pytest.raises(ValueError, match="expected .*Address"):
        take(draft(), host=RecordingHost(["Somewhere."]), target=workflow)
