"""Who of a workflow casts its ballot."""

from __future__ import annotations

from typing import Never

import agent_framework_users as users
import pytest
from agent_framework import WorkflowBuilder, WorkflowContext, WorkflowExecutor, executor
from agent_framework_orchestrations import HandoffBuilder, SequentialBuilder
from massgen_hub.contract import Reply
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, call, draft, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def asked(server):
    return [request.body["model"] for request in server.requests]


def test_the_last_agent_votes_alone_with_the_tool(server, take):
    server.script("b", [call("vote", BALLOT)])
    host = RecordingHost()
    assert take(vote(), host=host, target=users.sequence(server, "a", "b")) == Reply(data=BALLOT)
    assert asked(server) == ["b"]
    assert host.tokens == [server.requests[0].usage]


def test_another_may_be_named(server, take):
    server.script("a", [call("vote", BALLOT)])
    assert take(vote(), target=users.sequence(server, "a", "b"), voter="a").data == BALLOT
    assert asked(server) == ["a"]


def test_a_name_that_nobody_has_is_refused_with_a_suggestion(server, take):
    with pytest.raises(ConfigError, match="there is no `editr` that could vote") as refused:
        take(draft(), target=users.sequence(server, "editor", "b"), voter="editr")
    assert "editor" in str(refused.value.hint)


def test_the_vote_leaves_the_workflow_as_it_was(server, take):
    server.script("a", [call("vote", BALLOT)])
    workflow = users.sequence(server, "a")
    take(vote(), target=workflow)
    assert "tool_choice" in workflow.executors["a"].agent.default_options
    assert workflow.executors["a"].agent.default_options.get("tools", []) == []


def test_a_voter_does_not_hand_off(server, take):
    agents = [
        users.an_agent(server, name, name, require_per_service_call_history_persistence=True) for name in ("a", "b")
    ]
    server.script("b", [call("vote", BALLOT)])
    assert take(vote(), target=HandoffBuilder(participants=agents).with_start_agent(agents[0]).build()).data == BALLOT
    assert [tool["function"]["name"] for tool in server.requests[0].body["tools"]] == ["vote"]


def test_an_agent_of_a_workflow_in_a_workflow_may_vote(server, take):
    inner = WorkflowExecutor(users.sequence(server, "a"), id="inner", allow_direct_output=True)
    server.script("a", [call("vote", BALLOT)])
    assert take(vote(), target=SequentialBuilder(participants=[inner]).build(), voter="a").data == BALLOT


def test_a_workflow_without_agents_is_asked_for_text(take):
    @executor(id="echo")
    async def echo(text: str, ctx: WorkflowContext[Never, str]) -> None:
        await ctx.yield_output(f"I heard: {text}")

    workflow = WorkflowBuilder(start_executor=echo).build()
    assert take(vote(prompt="A or B?"), target=workflow) == Reply(text="I heard: A or B?")
