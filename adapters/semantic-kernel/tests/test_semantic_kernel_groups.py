"""Group chats and orchestrations: what they answer, who is heard, and who votes."""

from __future__ import annotations

import asyncio
import json

import pytest
import semantic_kernel_users as users
from massgen_hub.contract import Reply, Setup
from massgen_hub.errors import ConfigError, NotAvailable
from massgen_hub.testing import Gate, RecordingHost, call, draft, fail, hang, run, say, vote
from massgen_hub_semantic_kernel import ADAPTER
from openai import RateLimitError
from pydantic import BaseModel
from semantic_kernel import Kernel
from semantic_kernel.agents import (
    AgentGroupChat,
    ChatCompletionAgent,
    ConcurrentOrchestration,
    GroupChatOrchestration,
    HandoffOrchestration,
    MagenticOrchestration,
    OrchestrationHandoffs,
    RoundRobinGroupChatManager,
    SequentialOrchestration,
    StandardMagenticManager,
)
from semantic_kernel.agents.strategies import KernelFunctionSelectionStrategy, TerminationStrategy
from semantic_kernel.contents import AuthorRole, ChatMessageContent
from semantic_kernel.functions import KernelFunctionFromPrompt
from semantic_kernel.prompt_template import PromptTemplateConfig

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def pair(server):
    """A writer and a critic, each with a model of its own name."""
    return [users.member(server, name, instructions="Be brief.") for name in ("writer", "critic")]


class Approved(TerminationStrategy):
    async def should_agent_terminate(self, agent, history):
        return "APPROVED" in history[-1].content


def chat(server, **about):
    writer, critic = pair(server)
    return AgentGroupChat([writer, critic], Approved(agents=[critic], maximum_iterations=6), **about)


def by_model(server):
    """A strategy that asks a model who is next."""
    kernel = Kernel(services={"chooser": users.service(server, "chooser")})
    template = PromptTemplateConfig(name="choose", template="Who is next?", allow_dangerously_set_content=True)
    function = KernelFunctionFromPrompt(function_name="choose", prompt_template_config=template)
    parser = lambda result: str(result.value[0])  # noqa: E731
    return KernelFunctionSelectionStrategy(function=function, kernel=kernel, result_parser=parser)


def handoff(server, **about):
    members = pair(server)
    return HandoffOrchestration(members, OrchestrationHandoffs().add("writer", "critic", "to check"), **about)


def asked(server):
    return [request.body["model"] for request in server.requests]


def test_a_group_chat_goes_on_until_it_is_ended_and_the_last_word_is_the_answer(server, take):
    server.script("writer", [say("Lyon?"), say("Paris.")])
    server.script("critic", [say("No."), say("APPROVED")])
    host = RecordingHost()
    assert take(draft(), host=host, target=chat(server)).text == "APPROVED"
    assert list(host.parts.values()) == ["Lyon?", "No.", "Paris.", "APPROVED"]
    assert sorted(host.tokens) == sorted(server.tokens) != []


def test_a_voter_of_a_group_chat_gives_its_answer_and_its_ballot(server, take):
    server.script("writer", [say("Paris."), call("vote", BALLOT)])
    server.script("critic", [say("APPROVED")])
    target = chat(server)
    assert take(draft(), target=target, voter="writer").text == "Paris."
    assert take(vote(), target=target, voter="writer") == Reply(data=BALLOT)
    assert asked(server) == ["writer", "critic", "writer"]


def test_a_group_chat_takes_many_turns_at_once_and_remembers_none(server):
    server.script("critic", lambda _body: say("APPROVED"))
    target = chat(server)

    async def crowd():
        setup = Setup(agent="ada", seed=1, target=target)
        async with ADAPTER.open(ADAPTER.options(voter="writer"), setup) as agent:
            turns = [agent(draft(prompt=f"say {number}"), RecordingHost()) for number in range(5)]
            return [reply.text for reply in await asyncio.gather(*turns)]

    assert run(crowd(), loop="one") == [f"say {number}" for number in range(5)]
    assert (target.history.messages, target.agent_channels, target.is_complete) == ([], {}, False)
    assert not target.is_active


def test_what_a_strategy_asks_its_own_model_is_counted_and_not_said(server, take):
    server.script("chooser", [say("critic")])
    server.script("critic", [say("APPROVED")])
    host = RecordingHost()
    assert take(draft(), host=host, target=chat(server, selection_strategy=by_model(server))).text == "APPROVED"
    assert (asked(server), list(host.parts.values())) == (["chooser", "critic"], ["APPROVED"])
    assert sorted(host.tokens) == sorted(server.tokens)


def test_a_strategy_whose_model_fails_fails_with_what_the_model_failed_with(server, take):
    server.script("chooser", lambda _body: fail(429))
    with pytest.raises(RateLimitError):
        take(draft(), target=chat(server, selection_strategy=by_model(server)))
    assert len(server.requests) == 1


def test_the_last_in_a_sequence_answers(server, take):
    server.script("writer", [say("Lyon?")])
    server.script("critic", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=SequentialOrchestration(pair(server))).text == "Paris."
    assert list(host.parts.values()) == ["Lyon?", "Paris."]
    assert sorted(host.tokens) == sorted(server.tokens) != []


def test_those_who_work_at_once_answer_together(server, take):
    server.script("writer", [say("Paris.")])
    server.script("critic", [say("Lyon.")])
    text = take(draft(), target=ConcurrentOrchestration(pair(server))).text
    assert sorted(text.split("\n\n")) == ["Lyon.", "Paris."]


class City(BaseModel):
    name: str


def test_a_result_that_is_no_text_is_told_as_json(server, take):
    async def to_city(_messages):
        return City(name="Paris")

    target = ConcurrentOrchestration[str, City](pair(server), output_transform=to_city)
    assert json.loads(take(draft(), target=target).text) == {"name": "Paris"}


def test_a_group_with_a_manager_answers_what_the_manager_gives(server, take):
    server.script("writer", [say("Lyon?"), say("Paris.")])
    server.script("critic", [say("No.")])
    manager, host = RoundRobinGroupChatManager(max_rounds=3), RecordingHost()
    assert take(draft(), host=host, target=GroupChatOrchestration(pair(server), manager)).text == "Paris."
    assert list(host.parts.values()) == ["Lyon?", "No.", "Paris."]
    assert sorted(host.tokens) == sorted(server.tokens) != []
    assert (manager.current_round, manager.current_index) == (0, 0)


def ledger(*, done):
    fields = {
        "is_request_satisfied": done,
        "is_in_loop": False,
        "is_progress_being_made": True,
        "next_speaker": "writer",
        "instruction_or_question": "Name it.",
    }
    return say(json.dumps({name: {"reason": "r", "answer": value} for name, value in fields.items()}))


def test_a_magentic_manager_is_counted_and_has_the_last_word(server, take):
    server.script("boss", [say("facts"), say("plan"), ledger(done=False), ledger(done=True), say("Paris it is.")])
    server.script("writer", [say("Paris.")])
    manager = StandardMagenticManager(chat_completion_service=users.service(server, "boss"))
    host = RecordingHost()
    assert take(draft(), host=host, target=MagenticOrchestration(pair(server), manager)).text == "Paris it is."
    assert list(host.parts.values()) == ["Paris.", "Paris it is."]
    assert sorted(host.tokens) == sorted(server.tokens) != []


def test_a_handoff_is_noted_and_the_last_word_is_the_answer(server, take):
    server.script("writer", [call("Handoff-transfer_to_critic", {})])
    server.script("critic", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=handoff(server)).text == "Paris."
    assert [activity.name for activity in host.activities] == ["transfer_to_critic"] * 2
    assert sorted(host.tokens) == sorted(server.tokens)


def test_a_handoff_that_ends_without_a_word_answers_with_its_summary(server, take):
    server.script("writer", [call("Handoff-complete_task", {"task_summary": "It is Paris."})])
    assert take(draft(), target=handoff(server)).text == "Task is completed with summary: It is Paris."


def nobody():
    return ChatMessageContent(role=AuthorRole.USER, content=input())


def test_a_person_in_a_group_is_the_hubs(server, take):
    server.script("writer", [say("Which country?"), call("Handoff-complete_task", {"task_summary": "Paris."})])
    host = RecordingHost(["France."])
    take(draft(), host=host, target=handoff(server, human_response_function=nobody))
    assert [question.text for question in host.questions] == ["Which country?"]
    assert server.requests[1].body["messages"][-1]["content"] == "France."


def test_where_no_person_answers_the_turn_fails_with_the_question(server, take):
    server.script("writer", [say("Which country?")])
    with pytest.raises(NotAvailable, match="nobody answers: Which country"):
        take(draft(), target=handoff(server, human_response_function=nobody))


def test_the_first_member_votes_alone_with_the_tool(server, take):
    server.script("writer", [call("vote", BALLOT)])
    assert take(vote(), target=SequentialOrchestration(pair(server))) == Reply(data=BALLOT)
    assert asked(server) == ["writer"]


def test_members_without_a_service_run_on_the_hubs_model(server, take):
    server.script("m", [say("Lyon?"), say("Paris.")])
    members = [ChatCompletionAgent(name=name) for name in ("a", "b")]
    assert take(draft(), target=SequentialOrchestration(members)).text == "Paris."


def test_a_function_of_any_member_may_be_approved(server, take):
    server.script("writer", [call("Desk-delete", {"path": "a"}), say("Done.")])
    members = [users.member(server, "writer", plugins=[users.desk])]
    host = RecordingHost(["approve"])
    assert take(draft(), host=host, target=SequentialOrchestration(members), approve=["delete"]).text == "Done."
    assert [question.text for question in host.questions] == ["May `delete` be called?"]


@pytest.mark.parametrize("group", [chat, handoff, lambda server: SequentialOrchestration(pair(server))])
def test_a_group_fails_with_what_its_model_failed_with(server, take, group):
    server.script("writer", lambda _body: fail(429))
    with pytest.raises(RateLimitError):
        take(draft(), target=group(server))
    assert len(server.requests) == 1


@pytest.mark.parametrize("group", [chat, handoff, lambda server: SequentialOrchestration(pair(server))])
def test_a_cancelled_group_hangs_up_on_the_model_and_leaves_nothing(server, take, group):
    gate = Gate()
    server.script("writer", [hang("Par", gate)])
    _, left = take.cancelled(draft(), gate.until_reached, target=group(server))
    assert left == set()
    assert server.requests[0].disconnected


def test_a_voter_that_is_no_member_is_refused_with_those_that_are(server, take):
    with pytest.raises(ConfigError, match=r"there is no `writr` that could vote(.|\n)*writer"):
        take(draft(), target=SequentialOrchestration(pair(server)), voter="writr")


def test_a_voter_of_a_single_agent_is_refused(server, take):
    with pytest.raises(ConfigError, match="`voter` has no effect on a single agent"):
        take(draft(), target=users.member(server, "writer"), voter="writer")
