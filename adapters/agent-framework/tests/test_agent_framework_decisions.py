"""Turns that ask for a decision."""

from __future__ import annotations

import agent_framework_users as users
import pytest
from massgen_hub.testing import ADD, DECIDES, call, fail, vote
from openai import BadRequestError

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
SUM = {"x": 2, "y": 3}


@pytest.mark.parametrize("decides", DECIDES, ids=lambda one: one.__name__)
def test_it_decides_with_tools(server, take, decides):
    decides(server, take)


def test_a_tool_of_its_own_of_the_same_name_gives_way(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), tools=["agent_framework_users:own_vote", ADD]).data == BALLOT
    assert server.requests[0].offered == ["vote", "add"]


def test_a_structured_agent_votes_in_the_form_of_the_hub(server, take):
    server.script("m", [call("vote", BALLOT)])
    agent = users.an_agent(server, default_options={"response_format": {"type": "json_object"}})
    assert take(vote(), target=agent).data == BALLOT
    assert "response_format" not in server.requests[0].body


def test_a_refusal_after_a_tool_was_called_fails_the_turn(server, take):
    server.script("m", [call("add", SUM), fail(400)])
    with pytest.raises(BadRequestError, match="the script says 400"):
        take(vote(), tools=[ADD])
    assert len(server.requests) == 2
