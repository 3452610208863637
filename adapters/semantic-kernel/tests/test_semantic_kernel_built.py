"""Agents made from options."""

from __future__ import annotations

import json

import pytest
import semantic_kernel_users as users
from massgen_hub.contract import Reply, Usage
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import is_transient
from massgen_hub.testing import DECIDES, RecordingHost, call, calls, draft, fail, say, vote
from massgen_hub_semantic_kernel import ADAPTER
from openai import AuthenticationError
from pydantic import ValidationError

ADD = {"x": 2, "y": 3}
BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
ADDING = {"tools": ["semantic_kernel_users:add"]}


def heard(request):
    return [(message["role"], message.get("content")) for message in request.body["messages"]]


def test_the_model_hears_the_system_message_as_it_is_and_the_prompt(server, take):
    take(draft(prompt="{{Hello}}?"), system_message="Say {{$name}} & {{call}}.")
    assert heard(server.requests[0]) == [("system", "Say {{$name}} & {{call}}."), ("user", "{{Hello}}?")]


def test_the_model_gets_its_key_and_its_settings(server, take):
    take(draft(), temperature=0.5, max_tokens=9)
    request = server.requests[0]
    assert request.authorization == "Bearer test-key"
    assert (request.body["temperature"], request.body["max_completion_tokens"]) == (0.5, 9)


def test_without_settings_the_model_keeps_its_own(server, take):
    take(draft())
    assert set(server.requests[0].body) == {"model", "messages", "stream", "stream_options"}


def test_a_call_and_its_result_are_noted_as_a_pair_and_usage_is_what_went_over_the_wire(server, take):
    server.script("m", [calls(("tools-add", ADD), text="Let me see."), say("It is 5.")])
    host = RecordingHost()
    assert take(draft(), host=host, **ADDING).text == host.text == "It is 5."
    asked, answered = host.activities
    assert (asked.kind, asked.name, json.loads(asked.text)) == ("call", "add", ADD)
    assert (answered.kind, answered.name, answered.text) == ("result", "add", "5")
    assert asked.id == answered.id != ""
    assert host.tokens == server.tokens
    assert host.spent[0] == Usage(input=101, output=11, cached=1, calls=1, model="m")


def test_a_function_that_fails_tells_the_model_and_is_noted(server, take):
    server.script("m", [call("tools-divide", {}), say("It cannot be done.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=["semantic_kernel_users:divide"]).text == "It cannot be done."
    assert "division by zero" in host.activities[1].text
    assert "division by zero" in str(heard(server.requests[1])[-1])


@pytest.mark.parametrize("arguments", ['{"x": 2', '{"x": 2}'])
def test_arguments_that_do_not_fit_tell_the_model(server, take, arguments):
    server.script("m", [call("tools-add", arguments), say("I cannot.")])
    assert take(draft(), **ADDING).text == "I cannot."
    assert "arguments" in str(heard(server.requests[1])[-1])


@pytest.mark.parametrize("plugin", ["semantic_kernel_users:desk", "semantic_kernel_users:Desk"])
def test_functions_of_plugins_are_offered(server, take, plugin):
    server.script("m", [call("Desk-delete", {"path": "a"}), say("Done.")])
    take(draft(), plugins=[plugin])
    assert server.requests[0].offered == ["Desk-delete"]
    assert heard(server.requests[1])[-1] == ("tool", "deleted a")


def test_the_users_function_is_as_it_was(take):
    before = dict(vars(users.add))
    take(draft(), **ADDING)
    assert vars(users.add) == before


def test_a_loop_ends_with_a_hint_and_its_usage(server, take):
    server.script("m", lambda _body: call("tools-add", ADD))
    host = RecordingHost()
    with pytest.raises(TurnError, match="raise `max_auto_invoke_attempts`") as raised:
        take(draft(), host=host, max_auto_invoke_attempts=3, **ADDING)
    assert not is_transient(raised.value)
    assert len(host.spent) == len(server.requests) == 3


OF_PLUGINS = ("other_tools_may_be_called_before", "a_vote_beside_a_call_of_another_tool_is_the_decision")
OF_PLUGINS += ("a_refusal_after_a_tool_was_called_fails_the_turn",)
"""What is tried below: functions have the names of their plugins."""


@pytest.mark.parametrize(
    "decides", [one for one in DECIDES if one.__name__ not in OF_PLUGINS], ids=lambda one: one.__name__
)
def test_it_decides_with_tools(server, take, decides):
    decides(server, take)


def test_an_agent_may_use_its_functions_before_it_votes(server, take):
    server.script("m", [calls(("tools-add", ADD), text="Let me see."), call("vote", BALLOT)])
    assert take(vote(), **ADDING) == Reply(data=BALLOT)
    assert server.requests[0].offered == ["vote", "tools-add"]
    assert [request.invalid for request in server.requests] == [[], []]


def test_beside_a_vote_no_function_is_called(server, take):
    server.script("m", [calls(("tools-add", ADD), ("vote", BALLOT))])
    host = RecordingHost()
    assert take(vote(), host=host, **ADDING).data == BALLOT
    assert (host.activities, len(server.requests)) == ([], 1)


def test_a_server_that_refuses_in_the_middle_of_a_turn_is_not_asked_again(server, take):
    server.script("m", [call("tools-add", ADD), fail(400)])
    with pytest.raises(Exception, match="the script says 400"):
        take(vote(), **ADDING)
    assert len(server.requests) == 2


def test_an_agent_without_a_model_is_refused(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), model=None)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"tools": ["semantic_kernel_users:number"]}, "`semantic_kernel_users:number` is a `int`, which is no tool"),
        ({"plugins": ["semantic_kernel_users:number"]}, "which is no plugin"),
        ({"mcp_servers": [{"name": "desk", "command": "no-such-command"}]}, "the MCP server `desk` gives no tools"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(take, options, why):
    with pytest.raises(ConfigError, match=why):
        take(draft(), **options)


@pytest.mark.parametrize(
    ("options", "where"), [({"temprature": 1}, "temprature"), ({"max_auto_invoke_attempts": 0}, "max_auto")]
)
def test_options_are_strict(options, where):
    with pytest.raises(ValidationError, match=where):
        ADAPTER.options(**options)


def test_a_failure_is_told_in_the_words_of_the_model_s_client(server, take):
    server.script("m", [fail(401)])
    with pytest.raises(AuthenticationError, match="^Error code: 401 - the script says 401$"):
        take(draft())
