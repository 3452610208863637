"""Agents made from options."""

from __future__ import annotations

import json

import pydantic_ai_users as users
import pytest
from massgen_hub.contract import Model, Setup, Usage
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import is_transient
from massgen_hub.testing import ModelServer, RecordingHost, call, calls, draft, fail, run, say, vote
from massgen_hub_pydantic_ai import ADAPTER
from pydantic import ValidationError
from pydantic_ai import Agent

ADD = {"x": 2, "y": 3}


def heard(request):
    return [(message["role"], message.get("content")) for message in request.body["messages"]]


def test_the_model_hears_the_system_message_and_the_prompt(server, take):
    take(draft(prompt="Hello?"), system_message="Be brief.")
    assert heard(server.requests[0]) == [("system", "Be brief."), ("user", "Hello?")]


def test_the_model_gets_its_key_and_its_settings(server, take):
    take(draft(), temperature=0.5, max_tokens=9)
    request = server.requests[0]
    assert request.authorization == "Bearer test-key"
    assert (request.body["temperature"], request.body["max_completion_tokens"]) == (0.5, 9)


@pytest.mark.parametrize("model", ["m", "gpt-5"])
def test_without_settings_the_model_keeps_its_own(server, take, model):
    take(draft(), model=model)
    assert set(server.requests[0].body) == {"model", "messages", "stream", "stream_options"}


def test_a_model_without_a_key_is_not_asked_with_one_of_the_environment(server, take, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setattr(ModelServer, "model", lambda server, name: Model(name=name, base_url=server.base_url))
    take(draft())
    assert "secret" not in server.requests[0].authorization


def test_usage_is_what_went_over_the_wire(server, take):
    server.script("m", [call("add", ADD), say("5")])
    host = RecordingHost()
    take(draft(), host=host, tools=["pydantic_ai_users:add"])
    assert host.tokens == server.tokens
    assert host.spent[0] == Usage(input=101, output=11, cached=1, calls=1, model="m")


@pytest.mark.parametrize("options", [{"tools": ["pydantic_ai_users:add"]}, {"toolsets": ["pydantic_ai_users:desk"]}])
def test_a_tool_call_and_its_result_are_noted_as_a_pair(server, take, options):
    server.script("m", [call("add", ADD), say("It is 5.")])
    host = RecordingHost()
    assert take(draft(), host=host, **options).text == "It is 5."
    asked, answered = host.activities
    assert (asked.kind, asked.name, json.loads(asked.text)) == ("call", "add", ADD)
    assert (answered.kind, answered.name, answered.text) == ("result", "add", "5")
    assert asked.id == answered.id != ""


def test_a_toolset_may_be_made_for_every_run(server, take):
    server.script("m", [call("add", ADD), say("5")])
    take(draft(), toolsets=["pydantic_ai_users:desk_of"])
    assert heard(server.requests[1])[-1] == ("tool", "5")


def test_text_before_a_tool_call_is_a_part_of_its_own(server, take):
    server.script("m", [calls(("add", ADD), text="Let me see."), say("It is 5.")])
    host = RecordingHost()
    take(draft(), host=host, tools=["pydantic_ai_users:add"])
    assert "".join(text for part, text in host.said if part == 0) == "Let me see."
    assert host.text == "It is 5."


def test_a_tool_that_fails_tells_the_model_and_is_noted(server, take):
    server.script("m", [call("divide", {}), say("It cannot be done.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=["pydantic_ai_users:divide"]).text == "It cannot be done."
    assert host.activities[1].text == "ZeroDivisionError: division by zero"
    assert host.activities[1].text in str(heard(server.requests[1]))


def test_a_tool_that_there_is_not_tells_the_model(server, take):
    server.script("m", [call("subtract", ADD), say("I cannot.")])
    assert take(draft(), tools=["pydantic_ai_users:add"]).text == "I cannot."
    assert "subtract" in str(heard(server.requests[1])[-1])


def test_a_loop_ends_at_the_request_limit_with_a_hint_and_its_usage(server, take):
    server.script("m", lambda _body: call("add", ADD))
    host = RecordingHost()
    with pytest.raises(TurnError, match="raise `request_limit`") as raised:
        take(draft(), host=host, tools=["pydantic_ai_users:add"], request_limit=3)
    assert not is_transient(raised.value)
    assert host.tokens == server.tokens
    assert len(server.requests) == 3


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
@pytest.mark.parametrize(("status", "passing"), [(429, True), (500, True), (401, False)])
def test_a_failing_model_is_asked_once_and_its_words_are_kept(server, take, turn, status, passing):
    server.script("m", lambda _body: fail(status))
    with pytest.raises(Exception, match=f"the script says {status}") as raised:
        take(turn)
    assert is_transient(raised.value) is passing
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("deps", "results"),
    [("Papers", ["1", "1"]), ("awaited_pile", ["1", "1"]), ("opened_pile", ["1", "1"]), ("pile", ["1", "2"])],
)
def test_what_tools_depend_on_is_made_for_every_turn_or_there_is_one(server, take, deps, results):
    users.pile.taken = 0
    server.script("m", lambda body: say("done") if body["messages"][-1]["role"] == "tool" else call("take_paper", {}))
    take(draft(), draft(round=2), tools=["pydantic_ai_users:take_paper"], deps=f"pydantic_ai_users:{deps}")
    said = [heard(request)[-1] for request in server.requests]
    assert [content for role, content in said if role == "tool"] == results


def test_what_tools_depend_on_is_closed_after_the_turn(server, take, monkeypatch):
    monkeypatch.setattr(users, "opened", [])
    server.script("m", lambda _body: say(" ".join(users.opened)))
    assert take(draft(), deps="pydantic_ai_users:opened_pile").text == "opened"
    assert users.opened == ["opened", "closed"]


def test_what_tools_depend_on_fails_by_its_name(take):
    with pytest.raises(TurnError, match=r"`deps: .*:no_pile` fails \(.*pydantic_ai_users.py:\d+\): KeyError: 'PILE'"):
        take(draft(), deps="pydantic_ai_users:no_pile")


def test_an_agent_that_depends_on_something_needs_it(server, take):
    agent = Agent(tools=[users.take_paper], deps_type=users.Papers)
    with pytest.raises(ConfigError, match="depends on a `Papers`, and nobody gives it"):
        take(draft(), target=agent)
    server.script("m", [call("take_paper", {}), say("x")])
    assert take(draft(), target=agent, deps="pydantic_ai_users:Papers").text == "x"


def test_agents_work_in_two_event_loops(server):
    replies = [run(_taken(server, draft(prompt=text))) for text in ("one", "two")]
    assert [reply.text for reply in replies] == ["one", "two"]


async def _taken(server, turn):
    async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, model=server.model("m"))) as agent:
        return await agent(turn, RecordingHost())


def test_an_agent_without_a_model_is_refused(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), model=None)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"tools": ["pydantic_ai_users:number"]}, "`pydantic_ai_users:number` is a `int`, which is no tool"),
        ({"tools": ["pydantic_ai_users:subtract"]}, "there is no `subtract`"),
        ({"toolsets": ["pydantic_ai_users:number"]}, "`pydantic_ai_users:number` is a `int`, which is no toolset"),
        ({"mcp_servers": [{"name": "desk", "command": "no-such-command"}]}, "the MCP server `desk` gives no tools"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(take, options, why):
    with pytest.raises(ConfigError, match=why):
        take(draft(), **options)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"temprature": 1}, "temprature"),
        ({"request_limit": 0}, "request_limit"),
        ({"provider": "Open AI"}, "provider"),
        ({"max_tokens": 0}, "max_tokens"),
    ],
)
def test_options_are_strict(options, where):
    with pytest.raises(ValidationError, match=where):
        ADAPTER.options(**options)
