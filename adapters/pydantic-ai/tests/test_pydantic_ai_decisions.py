"""Decisions are asked for in place of an agent's own output, and passed on as they are."""

from __future__ import annotations

import pydantic_ai_users as users
import pytest
from massgen_hub.contract import Reply
from massgen_hub.errors import TurnError
from massgen_hub.testing import DECIDES, call, say, vote
from pydantic_ai import Agent, NativeOutput, PromptedOutput, ToolOutput

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
ADD = {"x": 2, "y": 3}


@pytest.mark.parametrize("decides", DECIDES, ids=lambda one: one.__name__)
def test_it_decides_with_tools(server, take, decides):
    decides(server, take)


def test_an_agent_that_never_decides_ends_at_the_request_limit(server, take):
    server.script("m", lambda _body: call("add", ADD))
    with pytest.raises(TurnError, match="raise `request_limit`"):
        take(vote(), tools=["pydantic_ai_users:add"], request_limit=2)
    assert len(server.requests) == 2


def test_a_tool_called_vote_makes_room_for_the_ballot(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), tools=["pydantic_ai_users:vote"]).data == BALLOT
    assert server.requests[0].offered == ["vote"]


@pytest.mark.parametrize("form", [users.City, ToolOutput, NativeOutput, PromptedOutput], ids=lambda form: form.__name__)
def test_a_vote_is_not_forced_through_the_agents_own_output(server, take, form):
    server.script("m", [call("vote", BALLOT)])
    agent = Agent(output_type=form if form is users.City else form(users.City), tools=[users.add])
    assert take(vote(), target=agent) == Reply(data=BALLOT)
    assert sorted(server.requests[0].offered) == ["add", "vote"]
    assert "response_format" not in server.requests[0].body
    assert "City" not in str(server.requests[0].body)


def test_a_vote_is_shown_to_no_validator_of_the_agents_own_output(server, take):
    agent = Agent(output_type=users.City)
    seen = []

    @agent.output_validator
    def small(city: users.City) -> users.City:
        seen.append(city)
        return city

    server.script("m", [call("vote", BALLOT), say("prose")])
    assert take(vote(), vote(), target=agent) == Reply(text="prose")
    assert (seen, len(server.requests)) == ([], 2)
