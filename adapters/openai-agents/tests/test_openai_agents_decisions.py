"""Turns that ask for a decision."""

from __future__ import annotations

import openai_agents_users as users
import pytest
from agents import Agent
from massgen_hub.contract import Reply
from massgen_hub.errors import TurnError
from massgen_hub.testing import DECIDES, call, fail, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
ADD = {"x": 2, "y": 3}


@pytest.mark.parametrize("decides", DECIDES, ids=lambda one: one.__name__)
def test_it_decides_with_tools(server, take, decides):
    decides(server, take)


def test_an_agent_that_never_decides_ends_after_max_turns(server, take):
    server.script("m", lambda _body: call("add", ADD))
    with pytest.raises(TurnError, match="raise `max_turns`"):
        take(vote(), tools=["openai_agents_users:add"], max_turns=2)
    assert len(server.requests) == 2


def test_a_tool_called_vote_makes_room_for_the_ballot(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), tools=["openai_agents_users:own_vote"]).data == BALLOT
    assert server.requests[0].offered == ["vote"]


def test_an_agent_that_ends_with_its_tools_goes_on_to_its_text(server, take):
    agent = Agent(name="a", tools=[users.oracle], tool_use_behavior="stop_on_first_tool")
    refused = lambda body: body.get("tool_choice") == "required"  # noqa: E731
    replies = iter([call("consult", {}), say('{"ranking": ["A"]}')])
    server.script("m", lambda body: fail(400) if refused(body) else next(replies))
    assert take(vote(), target=agent) == Reply(text='{"ranking": ["A"]}')
