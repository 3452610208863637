"""Turns that ask for a decision."""

from __future__ import annotations

import google_adk_users as users
import pytest
from massgen_hub.contract import Reply, Setup
from massgen_hub.errors import TurnError
from massgen_hub.testing import RecordingHost, call, calls, decide, draft, fail, run, say, vote
from massgen_hub_google_adk import ADAPTER

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
ADD = {"x": 2, "y": 3}


def offered(server, number=0):
    return [tool["function"]["name"] for tool in server.requests[number].body.get("tools", ())]


def test_a_vote_must_be_cast_with_the_tool(server, take):
    server.script("m", [call("vote", BALLOT)])
    take(vote())
    body = server.requests[0].body
    assert (offered(server), body["tool_choice"]) == (["vote"], "required")
    assert body["tools"][0]["function"]["parameters"] == vote().schema


def test_a_vote_is_one_call_of_the_model_and_no_activity(server, take):
    server.script("m", [call("vote", BALLOT)])
    host = RecordingHost()
    assert take(vote(), host=host) == Reply(data=BALLOT)
    assert (host.said, host.activities, len(server.requests)) == ([], [], 1)


def test_several_decisions_come_in_the_order_of_the_reply(server, take):
    server.script("m", [calls(("answer", {"answer": "Paris"}), ("vote", BALLOT))])
    assert take(decide()).data == [{"answer": "Paris"}, BALLOT]


def test_what_is_said_beside_a_ballot_is_the_text(server, take):
    server.script("m", [calls(("vote", BALLOT), text="A it is.")])
    host = RecordingHost()
    assert take(vote(), host=host) == Reply(text="A it is.", data=BALLOT)
    assert host.text == "A it is."


@pytest.mark.parametrize("arguments", ["{ranking: [A]}", '["A"]', '{"ranking": ["Z"]}', '{"ranking": "A"', "A"])
def test_arguments_come_through_untouched_be_they_right_or_not(server, take, arguments):
    server.script("m", [call("vote", arguments)])
    assert take(vote()) in (Reply(text=arguments), Reply(data={"ranking": ["Z"]}))
    assert len(server.requests) == 1


def test_prose_comes_through_after_one_call(server, take):
    server.script("m", [say("I like the first.")])
    assert take(vote()) == Reply(text="I like the first.")
    assert len(server.requests) == 1


def test_an_agent_may_use_its_tools_before_it_votes(server, take):
    server.script("m", [call("add", ADD), call("vote", BALLOT)])
    host = RecordingHost()
    assert take(vote(), host=host, target=users.desk).data == BALLOT
    assert [activity.name for activity in host.activities] == ["add", "add"]
    assert offered(server, 1) == ["vote", "add"]


def test_a_tool_beside_a_ballot_is_run_and_the_ballot_ends_the_turn(server, take):
    server.script("m", [calls(("add", ADD), ("vote", BALLOT))])
    host = RecordingHost()
    assert take(vote(), host=host, target=users.desk).data == BALLOT
    assert [activity.text for activity in host.activities][1] == "5"


def test_a_tool_of_the_agent_that_has_the_name_of_ours_gives_way(server, take):
    def own_vote(colour: str) -> str:
        """Vote for a colour."""
        return colour

    tool = users.FunctionTool(own_vote)
    tool.name = "vote"
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.agent("a", tools=[tool])).data == BALLOT
    assert offered(server) == ["vote"]


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


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_server_that_refuses_tools_is_asked_for_text_from_then_on(server, status):
    server.script("m", [fail(status), say("A"), say("B")])

    async def two_votes():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="a", seed=1, model=server.model("m"))) as agent:
            return [(await agent(vote(), RecordingHost())).text for _ in range(2)]

    assert run(two_votes(), loop="one") == ["A", "B"]
    assert [bool(offered(server, number)) for number in range(3)] == [True, False, False]


def test_a_server_that_took_the_tools_once_is_not_asked_without_them(server, take):
    server.script("m", [call("add", ADD), fail(400)])
    with pytest.raises(TurnError, match="answered 400"):
        take(vote(), target=users.desk)
    assert len(server.requests) == 2


def test_a_draft_offers_no_decision(server, take):
    take(draft())
    assert offered(server) == []
