"""Agents of the user's own."""

from __future__ import annotations

import asyncio
import warnings
from copy import deepcopy

import pydantic_ai_users as users
import pytest
from massgen_hub.contract import Reply, Setup, Usage
from massgen_hub.errors import ConfigError
from massgen_hub.kit import described, is_transient, retry_after
from massgen_hub.testing import MCP_SERVER, RecordingHost, call, draft, fail, run, say, vote, wire
from massgen_hub_pydantic_ai import ADAPTER
from pydantic_ai import Agent, ModelRetry, NativeOutput, RunContext
from pydantic_ai.agent import WrapperAgent
from pydantic_ai.capabilities import Hooks
from pydantic_ai.exceptions import UnexpectedModelBehavior
from pydantic_ai.mcp import MCPToolset, StdioTransport
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.test import TestModel

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
TOKYO = '{"name": "東京",  "people": 14}'


def asked(server):
    return [request.body["model"] for request in server.requests]


def test_an_async_factory_is_awaited_in_the_loop_of_the_turns(server, take):
    async def factory(model):
        loop = asyncio.get_running_loop()

        async def is_here() -> bool:
            """Whether this is where the agent was made."""
            return asyncio.get_running_loop() is loop

        return Agent(f"openai:{model.name}", defer_model_check=True, tools=[is_here])

    server.script("m", [call("is_here", {}), say("Yes.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=factory).text == "Yes."
    assert [activity.text for activity in host.activities] == ["{}", "True"]


@pytest.mark.parametrize("model", [None, "openai:gpt-5", "anthropic:claude-sonnet-4-5"])
def test_an_agent_that_names_a_model_or_none_runs_on_the_hubs(server, take, model):
    assert take(draft(prompt="Hello"), target=Agent(model, defer_model_check=True)).text == "Hello"
    assert asked(server) == ["m"]


@pytest.mark.parametrize("model", ["openai:gpt-5", "google:gemini-2.5-flash"])
def test_a_module_of_agents_that_name_models_needs_no_key(server, take, monkeypatch, model):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    ADAPTER.before_import()
    assert take(draft(prompt="Hello"), target=Agent(model)).text == "Hello"
    assert asked(server) == ["m"]


def test_an_agent_that_names_a_model_and_is_a_tool_runs_on_the_hubs(server, take, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    ADAPTER.before_import()
    expert = Agent("openai:gpt-5-mini")
    server.script("m", [call("consult", {}), say("Paris."), say("It is Paris.")])

    async def consult() -> str:
        """Ask the expert."""
        return (await expert.run("Which?")).output

    assert take(draft(), target=Agent("openai:gpt-5", tools=[consult])).text == "It is Paris."
    assert asked(server) == ["m", "m", "m"]


def test_an_agent_that_names_a_model_without_a_key_says_what_may_take_its_place(take, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    ADAPTER.before_import()
    with pytest.raises(ConfigError, match="`OPENAI_API_KEY`(.|\n)*add `model: PROVIDER/NAME` to its entry"):
        take(draft(), target=Agent("openai:gpt-5"), model=None)


def test_outside_of_turns_names_of_models_are_what_they_are():
    ADAPTER.before_import()
    assert Agent("test").run_sync("?").output == "success (no tool calls)"


def test_an_agent_that_names_a_model_runs_on_it_where_the_config_names_none(take):
    assert take(draft(), target=Agent("test"), model=None).text == "success (no tool calls)"


def test_an_agent_without_a_model_is_refused_where_the_config_names_none(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), target=Agent(), model=None)


def test_an_agent_with_a_model_of_its_own_keeps_it(server, take):
    host = RecordingHost()
    take(draft(), host=host, target=users.own)
    assert asked(server) == ["theirs"]
    assert host.spent == [Usage(input=101, output=11, cached=1, calls=1, model="theirs")]


def test_how_to_speak_to_a_model_has_no_effect_on_one_of_its_own(take):
    with pytest.raises(ConfigError, match="`provider` has no effect on an agent of your own"):
        take(draft(), target=users.own, provider="openai")


def test_a_client_of_the_users_that_tries_again_does_not(server, take):
    server.script("theirs", lambda _body: fail(429))
    with pytest.raises(Exception, match="the script says 429"):
        take(draft(), target=users.own)
    assert len(server.requests) == 1


def test_a_model_that_knows_no_retries_gives_no_warning(take):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert take(draft(), target=Agent(TestModel(custom_output_text="Paris."))).text == "Paris."


def test_models_that_stand_in_for_each_other_tell_each_why_it_failed(server, take):
    place = server.model("m")
    both = FallbackModel(users.own_model(place, "first"), users.own_model(place, "second"))
    server.script("first", [fail(429)])
    server.script("second", [fail(503)])
    with pytest.raises(ExceptionGroup) as raised:
        take(draft(), target=Agent(both))
    assert all(f"the script says {status}" in described(raised.value) for status in (429, 503))
    assert is_transient(raised.value)
    assert asked(server) == ["first", "second"]


def test_how_long_a_busy_server_wants_to_be_left_alone_is_kept(server, take, monkeypatch):
    from massgen_hub.testing.server import _Handler

    ends = _Handler.end_headers
    monkeypatch.setattr(_Handler, "end_headers", lambda self: (self.send_header("retry-after", "7"), ends(self))[1])
    server.script("m", [fail(429)])
    with pytest.raises(Exception, match="429") as raised:
        take(draft())
    assert retry_after(raised.value) == 7


def test_a_wrapped_agent_is_an_agent(server, take):
    server.script("m", [say("Paris."), call("vote", BALLOT)])
    assert take(draft(), vote(), target=WrapperAgent(Agent(instructions="Be brief."))) == Reply(data=BALLOT)
    assert server.requests[1].body["messages"][0]["content"] == "Be brief."


def test_an_agent_that_is_a_tool_is_counted_with_its_asker(server, take):
    expert = Agent()
    manager = Agent()

    @manager.tool
    async def consult(context: RunContext, question: str) -> str:
        return (await expert.run(question, model=context.model, usage=context.usage)).output

    server.script("m", [call("consult", {"question": "Capital?"}), say("Paris"), say("It is Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=manager).text == host.text == "It is Paris."
    assert sum(usage.input for usage in host.spent) == sum(request.usage[0] for request in server.requests)
    assert sum(usage.calls for usage in host.spent) == 3


def test_usage_is_unknown_where_the_server_tells_none(take, monkeypatch):
    tells = wire.closing
    monkeypatch.setattr(wire, "closing", lambda *about, with_usage: tells(*about, with_usage=False))
    host = RecordingHost()
    take(draft(), host=host)
    assert host.spent == [Usage(calls=1, model="m")]


def test_a_structured_output_is_json(server, take):
    server.script("m", [call("final_result", TOKYO)])
    host = RecordingHost()
    assert take(draft(), host=host, target=Agent(output_type=users.City)).text == '{"name": "東京", "people": 14}'
    assert (host.text, host.activities) == ('{"name": "東京", "people": 14}', [])


def test_a_structured_output_that_the_model_spells_out_is_in_its_own_words(server, take):
    server.script("m", [say(TOKYO)])
    host = RecordingHost()
    assert take(draft(), host=host, target=Agent(output_type=NativeOutput(users.City))).text == host.text == TOKYO


def test_an_output_that_stays_wrong_fails_the_turn_for_good_after_the_agents_own_tries(server, take):
    server.script("m", lambda _body: call("final_result", {"name": "Paris"}))
    with pytest.raises(UnexpectedModelBehavior) as raised:
        take(draft(), target=Agent(output_type=users.City, retries=2))
    assert not is_transient(raised.value)
    assert len(server.requests) == 3


def test_a_tool_that_fails_fails_the_turn_and_is_noted(server, take):
    server.script("m", [call("divide", {})])
    host = RecordingHost()
    with pytest.raises(ZeroDivisionError):
        take(draft(), host=host, target=Agent(tools=[users.divide]))
    assert [activity.text for activity in host.activities] == ["{}", "ZeroDivisionError: division by zero"]


def test_a_tool_that_asks_for_another_try_is_noted(server, take):
    def shy() -> str:
        raise ModelRetry("Ask again.")

    server.script("m", [call("shy", {}), say("No.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=Agent(tools=[shy])).text == "No."
    assert [(activity.kind, activity.name) for activity in host.activities] == [("call", "shy"), ("result", "shy")]
    assert "Ask again." in host.activities[1].text


def test_capabilities_of_the_agents_own_stay_in_force_for_drafts_and_votes(server, take):
    hooks, seen = Hooks(), []

    @hooks.on.before_model_request
    async def note(context, request_context):
        seen.append(context.run_step)
        return request_context

    server.script("m", [say("Paris."), call("vote", BALLOT)])
    assert take(draft(), vote(), target=Agent(capabilities=[hooks])) == Reply(data=BALLOT)
    assert seen == [1, 1]


def test_mcp_servers_of_the_agents_own_are_connected_once_for_all_turns(server, take, tmp_path):
    starts = tmp_path / "starts"
    program = f"echo started >> {starts}; exec {' '.join(MCP_SERVER)}"
    agent = Agent(toolsets=[MCPToolset(StdioTransport("sh", ["-c", program]), id="desk")])
    server.script("m", [call("add", {"x": 2, "y": 3}), say("5"), call("vote", BALLOT)])
    host = RecordingHost()
    assert take(draft(), vote(), host=host, target=agent) == Reply(data=BALLOT)
    assert "5" in host.activities[1].text
    assert starts.read_text() == "started\n"


def test_an_agent_whose_mcp_server_does_not_start_says_so(take):
    agent = Agent(toolsets=[MCPToolset(StdioTransport("false", []), id="desk")])
    with pytest.raises(ConfigError, match="the agent cannot be opened"):
        take(draft(), target=agent)


def test_the_users_agent_is_as_it_was(server, take):
    agent = Agent(tools=[users.careful], output_type=users.City, model_settings={"temperature": 0.3})
    before = {name: value for name, value in vars(agent).items() if name != "_enter_lock"}
    settings = deepcopy(agent.model_settings)
    server.script("m", [call("final_result", TOKYO), call("vote", BALLOT)])
    take(draft(), vote(), target=agent)
    assert all(vars(agent)[name] is value for name, value in before.items())
    assert (agent.name, agent.model, agent.model_settings) == (None, None, settings)
    assert server.requests[0].body["temperature"] == 0.3


def test_one_agent_takes_many_turns_at_once(server):
    async def crowd():
        setup = Setup(agent="ada", seed=1, target=Agent(), model=server.model("m"))
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            turns = [agent(draft(prompt=f"say {number}"), RecordingHost()) for number in range(20)]
            return [reply.text for reply in await asyncio.gather(*turns)]

    assert run(crowd(), loop="one") == [f"say {number}" for number in range(20)]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("system_message", "x"),
        ("temperature", 1),
        ("max_tokens", 9),
        ("tools", ["pydantic_ai_users:add"]),
        ("toolsets", ["pydantic_ai_users:desk"]),
        ("mcp_servers", [{"name": "desk", "command": "desk"}]),
        ("hosted_tools", [{"type": "web_search"}]),
    ],
)
def test_what_an_agent_of_ones_own_says_itself_is_refused(take, option, value):
    with pytest.raises(ConfigError, match=f"`{option}` has no effect on an agent of your own"):
        take(draft(), target=Agent(), **{option: value})


def test_what_is_no_agent_is_refused(take):
    with pytest.raises(ConfigError, match="is no agent"):
        take(draft(), target=7)
