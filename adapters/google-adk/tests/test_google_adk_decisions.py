"""Turns that ask for a decision."""

from __future__ import annotations

import google_adk_users as users
import pytest
from massgen_hub.errors import TurnError
from massgen_hub.testing import DECIDES, RecordingHost, call, calls, vote
from massgen_hub_google_adk.running import DECISION_CALLS

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
ADD = {"x": 2, "y": 3}


@pytest.mark.parametrize("decides", DECIDES, ids=lambda one: one.__name__)
def test_it_decides_with_tools(server, take, decides):
    decides(server, take)


def test_a_tool_beside_a_ballot_is_run_and_the_ballot_ends_the_turn(server, take):
    server.script("m", [calls(("add", ADD), ("vote", BALLOT))])
    host = RecordingHost()
    assert take(vote(), host=host, target=users.desk).data == BALLOT
    assert [activity.text for activity in host.activities][1] == "5"


@pytest.mark.parametrize(
    ("options", "replies", "hint"),
    [({}, DECISION_CALLS, "give it fewer tools"), ({"max_llm_calls": 2}, 2, "raise `max_llm_calls`")],
)
def test_one_that_only_looks_things_up_is_stopped_after_a_few_replies(server, take, options, replies, hint):
    server.script("m", lambda _body: call("add", ADD))
    with pytest.raises(TurnError, match=f"after {replies} replies the agent still called tools.*\n\nhint: {hint}"):
        take(vote(), target=users.desk, **options)
    assert len(server.requests) == replies


def test_a_tool_of_the_agent_that_has_the_name_of_ours_gives_way(server, take):
    def own_vote(colour: str) -> str:
        """Vote for a colour."""
        return colour

    tool = users.FunctionTool(own_vote)
    tool.name = "vote"
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.agent("a", tools=[tool])).data == BALLOT
    assert server.requests[0].offered == ["vote"]


def test_an_agent_with_a_form_of_output_decides_without_it(server, take):
    server.script("m", [call("vote", BALLOT)])
    take(vote(), target=users.agent("a", output_schema=users.City))
    assert "response_format" not in server.requests[0].body


def test_the_agent_s_own_settings_stay(server, take):
    server.script("m", [call("vote", BALLOT)])
    settings = users.types.GenerateContentConfig(temperature=0.5)
    take(vote(), target=users.agent("a", generate_content_config=settings))
    assert server.requests[0].body["temperature"] == 0.5
    assert settings.tool_config is None
