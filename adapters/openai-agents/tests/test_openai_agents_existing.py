"""Agents of the user's own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from copy import deepcopy
from dataclasses import fields
from pathlib import Path

import openai_agents_users as users
import pytest
from agents import Agent, ModelSettings, function_tool
from massgen_hub.contract import Reply, Setup, Usage
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import is_transient
from massgen_hub.testing import RecordingHost, call, calls, decide, draft, fail, run, say, vote, wire
from massgen_hub_openai_agents import ADAPTER

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def asked(server):
    return [request.body["model"] for request in server.requests]


def test_an_async_factory_is_awaited_in_the_loop_of_the_turns(server, take):
    async def factory(model):
        loop = asyncio.get_running_loop()

        @function_tool
        async def is_here() -> bool:
            """Whether this is where the agent was made."""
            return asyncio.get_running_loop() is loop

        return Agent("a", model=model.name, tools=[is_here])

    server.script("m", [call("is_here", {}), say("Yes.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=factory).text == "Yes."
    assert [activity.text for activity in host.activities] == ["{}", "True"]


@pytest.mark.parametrize("model", [None, "gpt-5", "o4-mini"])
def test_an_agent_that_names_a_model_or_none_runs_on_the_hubs(server, take, model):
    assert take(draft(prompt="Hello"), target=Agent(name="a", model=model)).text == "Hello"
    assert asked(server) == ["m"]
    assert not {"verbosity", "reasoning_effort"} & set(server.requests[0].body), "defaults of a model that is not asked"


def test_what_such_an_agent_says_to_its_model_is_said_to_the_hubs(server, take):
    take(
        draft(), target=Agent(name="a", model="gpt-5", model_settings=ModelSettings(temperature=0.3, verbosity="high"))
    )
    body = server.requests[0].body
    assert (body["temperature"], body["verbosity"]) == (0.3, "high")


def test_an_agent_with_a_model_of_its_own_keeps_it(server, take):
    host = RecordingHost()
    take(draft(), host=host, target=users.own)
    assert asked(server) == ["theirs"]
    assert host.spent == [Usage(input=101, output=11, cached=1, calls=1, model="theirs")]


def test_a_client_of_the_users_that_tries_again_does_not(server, take):
    server.script("theirs", lambda _body: fail(429))
    with pytest.raises(Exception, match="the script says 429"):
        take(draft(), target=users.own)
    assert len(server.requests) == 1


def test_each_agent_of_a_handoff_keeps_its_model(server, take):
    server.script("theirs", [call("transfer_to_expert", {})])
    server.script("m", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.own_front).text == "Paris."
    assert [usage.model for usage in host.spent] == asked(server) == ["theirs", "m"]


def test_a_handoff_without_a_model_says_so(server):
    server.script("theirs", [call("transfer_to_expert", {})])
    target = users.own_front(server.model("theirs"))
    with pytest.raises(ConfigError, match="needs a model"):
        run(taken(Setup(agent="ada", seed=1, target=target), draft()), loop="one")


async def taken(setup, *turns, **options):
    async with ADAPTER.open(ADAPTER.options(**options), setup) as agent:
        return [await agent(turn, RecordingHost()) for turn in turns]


def test_the_decision_is_cast_by_the_agent_that_the_turn_started_with(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.front).data == BALLOT
    body = server.requests[0].body
    assert body["messages"][0]["content"] == "Pass it on."
    assert [tool["function"]["name"] for tool in body["tools"]] == ["vote"], "nobody to hand off to"


def test_an_agent_that_is_a_tool_runs_on_the_hubs_model_and_is_counted(server, take):
    server.script("m", [call("ask_expert", {"input": "Capital?"}), say("Paris"), say("It is Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.manager).text == "It is Paris."
    assert sorted(usage.input for usage in host.spent) == [101, 102, 103]
    assert sum(usage.calls for usage in host.spent) == len(server.requests)
    assert [activity.text for activity in host.activities] == ['{"input": "Capital?"}', "Paris"]


def test_usage_is_unknown_where_the_server_tells_none(server, take, monkeypatch):
    tells = wire.closing
    monkeypatch.setattr(wire, "closing", lambda *about, with_usage: tells(*about, with_usage=False))
    host = RecordingHost()
    take(draft(), host=host, target=users.expert)
    assert host.spent == [Usage(calls=1, model="m")]


def test_a_structured_output_is_the_models_own_json(server, take):
    said = '{"name": "Köln",  "people": 1}'
    server.script("m", [say(said)])
    host = RecordingHost()
    assert take(draft(), host=host, target=Agent(name="a", output_type=users.City)).text == host.text == said


def test_an_output_that_the_sdk_wraps_for_its_model_is_unwrapped(server, take):
    server.script("m", [say('{"response": ["a", "b"]}')])
    host = RecordingHost()
    assert take(draft(), host=host, target=Agent(name="a", output_type=list[str])).text == host.text == '["a", "b"]'


def test_an_agent_with_a_structured_output_votes_with_its_tools_at_hand(server, take):
    server.script("m", [call("vote", BALLOT)])
    agent = Agent(name="a", output_type=users.City, tools=[users.delete])
    assert take(vote(), target=agent) == Reply(data=BALLOT)
    body = server.requests[0].body
    assert [tool["function"]["name"] for tool in body["tools"]] == ["vote", "delete"]
    assert "response_format" not in body


def test_the_output_of_a_tool_that_ends_the_run_is_the_answer(server, take):
    server.script("m", [calls(("consult", {}), text="Let me ask."), say("never asked")])
    agent = Agent(name="a", tools=[users.oracle], tool_use_behavior="stop_on_first_tool")
    host = RecordingHost()
    assert take(draft(), host=host, target=agent).text == host.text == "42"


def test_a_context_is_made_for_every_turn(server):
    server.script("m", lambda body: say("done") if body["messages"][-1]["role"] == "tool" else call("take_paper", {}))
    setup = Setup(agent="ada", seed=1, target=users.clerk, model=server.model("m"))
    run(taken(setup, draft(), draft(round=2), context="openai_agents_users:Desk"), loop="one")
    results = [
        message for request in server.requests for message in request.body["messages"] if message["role"] == "tool"
    ]
    assert [result["content"] for result in results] == ["1", "1"]


def test_a_tripped_input_guardrail_fails_the_turn_for_good(take):
    with pytest.raises(TurnError, match='the guardrail `no_secrets` was tripped: {"found": "SECRET"}') as raised:
        take(draft(prompt="SECRET"), target=users.guarded)
    assert not is_transient(raised.value)


def test_an_input_guardrail_sees_the_whole_prompt_with_the_answers_of_others(take):
    with pytest.raises(TurnError, match="no_secrets"):
        take(vote(answers=("SECRET", "Lyon")), target=users.guarded)


def test_a_tripped_output_guardrail_fails_the_turn_for_good(server, take):
    server.script("m", [say("Lyon")])
    with pytest.raises(TurnError, match="the guardrail `no_lyon` was tripped: Lyon is no capital") as raised:
        take(draft(), target=users.guarded)
    assert not is_transient(raised.value)


def test_an_output_guardrail_sees_a_better_answer_and_no_ballot(server, take):
    ballot = {"reason": "Lyon comes last.", "ranking": ["A", "B"]}
    server.script("m", [call("vote", ballot), call("answer", {"answer": "Lyon"}), say("Lyon")])
    assert take(decide(), target=users.guarded).data == ballot
    for _ in ("as a call", "as text"):
        with pytest.raises(TurnError, match="no_lyon"):
            take(decide(), target=users.guarded)


def test_an_output_guardrail_sees_a_better_answer_in_the_form_of_the_agents_output(server, take):
    server.script("m", [call("answer", {"answer": '{"name": "Paris", "people": 2}'})])
    agent = Agent(name="a", output_type=users.City, output_guardrails=[users.no_villages])
    with pytest.raises(TurnError, match="no_villages"):
        take(decide(), target=agent)


def test_a_tripped_guardrail_of_a_tool_fails_the_turn_for_good(server, take):
    server.script("m", [call("shred", {})])
    with pytest.raises(TurnError, match="the guardrail `never` was tripped: not this tool"):
        take(draft(), target=Agent(name="a", tools=[users.shred]))


def test_the_users_agent_is_as_it_was(server, take):
    agent = Agent(name="a", tools=[users.delete], handoffs=[users.expert], output_type=users.City)
    before = {field.name: getattr(agent, field.name) for field in fields(agent)}
    copies = {name: deepcopy(value) for name, value in before.items() if isinstance(value, (list, dict, ModelSettings))}
    server.script("m", [say('{"name": "Köln", "people": 1}'), call("vote", BALLOT)])
    take(draft(), target=agent)
    take(vote(), target=agent)
    assert all(getattr(agent, name) is value for name, value in before.items())
    assert [tool.name for tool in agent.tools] == ["delete"]
    assert agent.model_settings == copies["model_settings"]


def test_one_agent_takes_many_turns_at_once(server):
    async def crowd():
        setup = Setup(agent="ada", seed=1, target=users.expert, model=server.model("m"))
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            turns = [agent(draft(prompt=f"say {number}"), RecordingHost()) for number in range(20)]
            return [reply.text for reply in await asyncio.gather(*turns)]

    assert run(crowd(), loop="one") == [f"say {number}" for number in range(20)]


@pytest.mark.parametrize(
    "option", ["system_message", "temperature", "tools", "mcp_servers", "handoffs", "hosted_tools"]
)
def test_what_an_agent_of_ones_own_says_itself_is_refused(take, option):
    given = {
        "system_message": "x",
        "temperature": 1,
        "tools": ["openai_agents_users:add"],
        "mcp_servers": [{"name": "desk", "command": "desk"}],
        "handoffs": ["openai_agents_users:expert"],
        "hosted_tools": [{"type": "web_search"}],
    }
    api = {"api": "responses"} if option == "hosted_tools" else {}
    with pytest.raises(ConfigError, match=f"`{option}` has no effect on an agent of your own"):
        take(draft(), target=users.expert, **{option: given[option]}, **api)


def test_what_is_no_agent_is_refused(take):
    with pytest.raises(ConfigError, match="is no agent"):
        take(draft(), target=7)


def test_an_agent_that_names_a_model_is_refused_where_the_config_names_none(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), target=Agent(name="a", model="gpt-5"), model=None)


@pytest.fixture
def council(tmp_path, server):
    """A config beside a module of the user's that is called like the SDK's."""
    (tmp_path / "agents.py").write_text("helper = 1")
    (tmp_path / "openai_agents_mine.py").write_text("from agents import Agent\nmine = Agent(name='mine')")
    entry = {"id": "ada", "type": "openai-agents", "agent": "openai_agents_mine:mine"}
    model = {"model": "m", "base_url": server.base_url}

    def hub(*program, environment="inline"):
        config = tmp_path / "council.json"
        config.write_text(json.dumps({"agents": [entry | {"model": model, "environment": environment}]}))
        command = [*program, "run", "--quiet", "-c", str(config), "Hello?"]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)

    return hub


@pytest.mark.parametrize("environment", ["inline", "worker"])
def test_a_module_named_agents_beside_a_config_does_not_hide_the_sdk(council, environment):
    done = council(str(Path(sys.executable).with_name("massgen-hub")), environment=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Hello?" in done.stdout


def test_a_module_named_agents_that_does_hide_the_sdk_is_named(council):
    done = council(sys.executable, "-m", "massgen_hub")
    assert "agents.py" in done.stderr
    assert done.returncode == 2
