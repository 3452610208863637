"""What holds for agents that decide with tools, whatever their framework. An adapter's own tests take all, or some:

    @pytest.mark.parametrize("decides", DECIDES, ids=lambda one: one.__name__)
    def test_it_decides_with_tools(server, take, decides):
        decides(server, take)

They need the fixtures of `massgen_hub.testing.fixtures`, and an adapter with the option `tools`. `AdapterContract` does
not hold them: an agent may decide in another way.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ..contract import Reply
from ..kit import causes
from .desk import ADD
from .host import RecordingHost
from .replies import call, calls, fail, say
from .server import ModelServer
from .taking import Take
from .turns import decide, draft, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
BETTER = {"answer": "Paris."}
SUM = {"x": 2, "y": 3}

Check = Callable[[ModelServer, Take], None]
DECIDES: list[Check] = []


def _decides(check: Check) -> Check:
    DECIDES.append(check)
    return check


@_decides
def a_vote_must_be_cast_with_the_tool(server: ModelServer, take: Take) -> None:
    """The model is offered nothing else, and must call it."""
    turn = vote()
    server.script("m", [call("vote", BALLOT)])
    take(turn)
    asked = server.requests[0]
    assert (asked.offered, asked.body["tool_choice"]) == (["vote"], "required")
    assert turn.schema is not None
    assert asked.body["tools"][0]["function"]["parameters"]["properties"] == turn.schema["properties"]


@_decides
def a_vote_is_one_call_of_the_model_and_no_activity(server: ModelServer, take: Take) -> None:
    """Nothing is said or noted of it."""
    server.script("m", [call("vote", BALLOT)])
    host = RecordingHost()
    assert take(vote(), host=host) == Reply(data=BALLOT)
    assert (host.said, host.activities, len(server.requests)) == ([], [], 1)


@_decides
def a_decision_offers_a_better_answer_too(server: ModelServer, take: Take) -> None:
    """By a tool of its own."""
    server.script("m", [call("answer", BETTER)])
    assert take(decide()).data == BETTER
    assert sorted(server.requests[0].offered) == ["answer", "vote"]


@_decides
def several_decisions_come_in_the_order_of_the_reply(server: ModelServer, take: Take) -> None:
    """Which counts is for the hub to say."""
    server.script("m", [calls(("answer", BETTER), ("vote", BALLOT))])
    assert take(decide()).data == [BETTER, BALLOT]


@_decides
def what_is_said_beside_a_ballot_is_the_text(server: ModelServer, take: Take) -> None:
    """It is streamed, too."""
    server.script("m", [calls(("vote", BALLOT), text="A it is.")])
    host = RecordingHost()
    assert take(vote(), host=host) == Reply(text="A it is.", data=BALLOT)
    assert host.text == "A it is."


@_decides
def arguments_come_through_untouched_be_they_right_or_not(server: ModelServer, take: Take) -> None:
    """The hub alone judges and repairs."""
    unknown = {"ranking": ["Z"]}
    for arguments in ("{ranking: [A]}", '["A"]', json.dumps(unknown), '{"ranking": "A"', "A"):
        server.script("m", [call("vote", arguments)])
        assert take(vote()) in (Reply(text=arguments), Reply(data=unknown))


@_decides
def prose_comes_through_after_one_call(server: ModelServer, take: Take) -> None:
    """Nor does the framework ask again."""
    server.script("m", [say("I like the first.")])
    host = RecordingHost()
    assert take(vote(), host=host) == Reply(text="I like the first.")
    assert (host.text, len(server.requests)) == ("I like the first.", 1)


@_decides
def other_tools_may_be_called_before(server: ModelServer, take: Take) -> None:
    """A decision may need a look at something."""
    server.script("m", [call("add", SUM), call("vote", BALLOT)])
    host = RecordingHost()
    assert take(vote(), host=host, tools=[ADD]).data == BALLOT
    assert [activity.name for activity in host.activities] == ["add", "add"]
    assert [request.invalid for request in server.requests] == [[], []]


@_decides
def a_vote_beside_a_call_of_another_tool_is_the_decision(server: ModelServer, take: Take) -> None:
    """The turn ends with it."""
    server.script("m", [calls(("add", SUM), ("vote", BALLOT))])
    assert take(vote(), tools=[ADD]).data == BALLOT
    assert len(server.requests) == 1


@_decides
def turns_of_one_agent_may_differ_in_what_they_ask(server: ModelServer, take: Take) -> None:
    """A draft offers no decision."""
    server.script("m", [say("Paris"), call("vote", BALLOT), say("Lyon")])
    assert take(draft(), vote(), draft()) == Reply(text="Lyon")
    assert [request.offered for request in server.requests] == [[], ["vote"], []]


@_decides
def a_server_that_refuses_tools_is_asked_for_text_from_then_on(server: ModelServer, take: Take) -> None:
    """Whatever it calls that."""
    for status in (400, 404, 422):
        server.script("m", [fail(status), say("A"), say("B")])
        assert take(vote(), vote()) == Reply(text="B")
        assert [bool(request.offered) for request in server.requests[-3:]] == [True, False, False]


@_decides
def a_refusal_after_a_tool_was_called_fails_the_turn(server: ModelServer, take: Take) -> None:
    """It is about something else."""
    server.script("m", [call("add", SUM), fail(400)])
    with pytest.raises(Exception, match=r"\S") as refused:
        take(vote(), tools=[ADD])
    assert any("the script says 400" in str(cause) for cause in causes(refused.value))
    assert len(server.requests) == 2
