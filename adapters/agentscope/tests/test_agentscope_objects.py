"""The user's own agents: everything of theirs is kept, and nothing of them is changed."""

from __future__ import annotations

import asyncio
import json

import pytest
from agentscope.agent import Agent, ContextConfig, InjectionConfig, ModelConfig
from agentscope.message import UserMsg
from agentscope.middleware import MiddlewareBase
from agentscope.model import OpenAIChatModel
from agentscope.permission import PermissionMode
from agentscope.state import AgentState
from agentscope.tool import FunctionTool, ToolGroup, Toolkit
from massgen_hub.contract import Model, Setup
from massgen_hub.errors import TurnError
from massgen_hub.kit import is_transient
from massgen_hub.testing import RecordingHost, call, content_text, decide, draft, fail, run, say, vote
from massgen_hub_agentscope import ADAPTER

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def users():
    import agentscope_users

    return agentscope_users


def unstreamed(model: Model) -> Agent:
    return Agent("plain", "", users().chat(model, stream=False))


def endless(_body):
    """A model that calls a tool, whatever happens."""
    return call("add", {"x": 1, "y": 1})


def everything(agent):
    """All that can be seen of an agent, its toolkit and its model."""
    kit = agent.toolkit
    groups = [(group.name, list(group.tools), list(group.mcps)) for group in kit.tool_groups]
    model = {name: value for name, value in vars(agent.model).items() if name != "client"}
    return (
        dict(vars(agent)),
        agent.state.model_dump(),
        [one.model_dump() for one in (agent.react_config, agent.context_config, agent.injection_config)],
        groups,
        model,
        agent.model.client.max_retries,
    )


def test_an_agent_is_the_same_after_drafts_and_votes(take, server):
    agent = users().adder(server.model("m"))
    before = everything(agent)
    replies = [call("add", {"x": 1, "y": 1}), say("2"), call("vote", BALLOT)]
    take([draft(), vote()], replies, target=agent, permissions="allow", max_iters=7)
    assert everything(agent) == before


def test_what_an_agent_heard_before_is_not_heard_in_a_turn(take, server):
    agent = users().adder(server.model("m"))
    agent.state.context.append(UserMsg("user", "SECRET"))
    agent.state.summary = "SECRET"
    take(draft(), [say("Hi.")], target=agent)
    assert "SECRET" not in json.dumps(server.requests[0].body)
    assert agent.state.context[0].get_text_content() == "SECRET"


def test_two_turns_at_once_of_one_object_do_not_mix(server):
    agent = users().adder(server.model("m"))
    server.script("m", lambda body: say(content_text(body["messages"][1]["content"]) * 50))

    async def both():
        setup = Setup(agent="ada", seed=1, target=agent)
        async with ADAPTER.open(ADAPTER.options(), setup) as one, ADAPTER.open(ADAPTER.options(), setup) as two:
            turns = [(one, "a"), (one, "b"), (two, "c"), (two, "d")]
            return await asyncio.gather(*(take(draft(prompt=name), RecordingHost()) for take, name in turns))

    assert [reply.text for reply in run(both(), loop="one")] == ["a" * 50, "b" * 50, "c" * 50, "d" * 50]
    assert agent.state.context == []


def test_an_agent_of_the_users_own_class_keeps_its_class_and_its_middlewares(take, server):
    agent = users().signed(server.model("m"))
    take(draft(), [say("Hi.")], target=agent)
    assert content_text(server.requests[0].body["messages"][0]["content"]) == "Sign. Yours, A."
    assert agent._model_call_middlewares[0].calls == 1


def test_a_factory_is_given_the_model_of_the_config(take, server):
    assert take(draft(), [say("Hi.")], target="agentscope_users:signed").text == "Hi."


def test_the_users_settings_are_kept(take, server):
    """Of the model, and the reminder that AgentScope adds unless it is told not to."""
    chat = users().chat(server.model("m"), parameters=OpenAIChatModel.Parameters(temperature=0.25))
    take(draft(), [say("Hi.")], target=Agent("a", "S", chat))
    body = server.requests[0].body
    assert (body["temperature"], "<system-reminder>" in json.dumps(body)) == (0.25, True)


def test_the_users_max_iters_hold_unless_the_config_says_otherwise(take, server):
    for number, options in ((3, {}), (2, {"max_iters": 1})):
        before = len(server.requests)
        with pytest.raises(TurnError, match="still called tools"):
            take(draft(), endless, target="agentscope_users:stubborn", permissions="allow", **options)
        assert len(server.requests) - before == number


def test_a_schema_may_be_demanded_of_an_existing_agent(take):
    replies = [call("GenerateStructuredOutput", {"name": "Paris", "people": 2})]
    reply = take(draft(), replies, target="agentscope_users:adder", structured_schema="agentscope_users:City")
    assert json.loads(reply.text) == {"name": "Paris", "people": 2}


def test_a_middleware_that_demands_a_schema_of_its_own_is_heard(take, server):
    class Demands(MiddlewareBase):
        async def on_reply(self, agent, input_kwargs, next_handler):
            async for event in next_handler(**{**input_kwargs, "structured_schema": users().City}):
                yield event

    agent = Agent("a", "S", users().chat(server.model("m")), middlewares=[Demands()])
    reply = take(draft(), [call("GenerateStructuredOutput", {"name": "Paris", "people": 2})], target=agent)
    assert json.loads(reply.text) == {"name": "Paris", "people": 2}
    assert agent.toolkit.tool_groups[0].tools == []


@pytest.mark.parametrize("status", [429, 500])
def test_the_retries_of_the_users_model_and_client_are_off(take, server, status):
    with pytest.raises(Exception, match=f"the script says {status}") as failure:
        take(draft(), lambda _body: fail(status), target="agentscope_users:adder")
    assert (len(server.requests), is_transient(failure.value)) == (1, True)


def test_the_users_fallback_model_is_asked_when_the_first_fails(take, server):
    server.script("second", [say("From the second.")])
    chat = users().chat
    config = ModelConfig(max_retries=2, fallback_model=chat(server.model("second")))
    agent = Agent("a", "S", chat(server.model("m")), model_config=config)
    assert take(draft(), [fail(500)], target=agent).text == "From the second."
    assert [request.body["model"] for request in server.requests] == ["m", "second"]


def test_a_prompt_longer_than_the_users_context_is_heard_to_its_end(take, server):
    agent = Agent("a", "S", users().chat(server.model("m"), context_size=1000))
    take(draft(prompt="word " * 5000 + "The end."), [say("Hi.")], target=agent)
    assert len(server.requests) == 1
    assert "The end." in json.dumps(server.requests[0].body)


def test_a_context_that_grows_is_compressed_as_the_user_set_it_and_usage_is_then_unknown(take, server):
    def long(x: int, y: int) -> str:
        """Say much."""
        return "word " * 1000 * (x + y)

    summary = dict.fromkeys(ContextConfig().summary_schema["properties"], "SUMMED UP")
    replies = [call("add", {"x": 1, "y": 1}), call("generate_structured_output", summary), say("Done.")]
    kit = Toolkit([FunctionTool(long, name="add")])
    agent = Agent("a", "S", users().chat(server.model("m"), context_size=2000), kit)
    host = RecordingHost()
    assert take(draft(), replies, host, target=agent, permissions="allow").text == "Done."
    assert "SUMMED UP" in json.dumps(server.requests[2].body)
    assert (host.spent[-1].input, host.spent[-1].calls) == (None, None)


def test_the_tool_that_compresses_stays_out_of_the_users_toolkit(take, server, offered):
    config = ContextConfig(compression_tool_enabled=True)
    agent = Agent("a", "S", users().chat(server.model("m")), context_config=config)
    take(draft(), [say("Hi.")], target=agent)
    assert (offered(), agent.toolkit.tool_groups[0].tools) == (["CompressContext"], [])


def test_groups_of_tools_are_as_the_user_switched_them_in_every_turn(take, server, offered):
    group = ToolGroup("maths", "Numbers.", tools=[FunctionTool(users().add)])
    state = AgentState()
    state.tool_context.activated_groups = ["maths"]
    agent = Agent("a", "S", users().chat(server.model("m")), Toolkit(tool_groups=[group]), state=state)
    replies = [call("reset_tools", {"maths": False}), say("Off."), say("Again.")]
    take([draft(), draft()], replies, target=agent, permissions="allow")
    assert [offered(number) for number in range(3)] == [["reset_tools", "add"], ["reset_tools"], ["reset_tools", "add"]]
    assert agent.state.tool_context.activated_groups == ["maths"]


def test_a_setting_that_agentscope_no_longer_wants_brings_no_warning(take, server, recwarn):
    with pytest.warns(DeprecationWarning, match="context_buffer_ratio"):
        agent = Agent(
            "a", "S", users().chat(server.model("m")), injection_config=InjectionConfig(context_buffer_ratio=0.1)
        )
    take(draft(), [say("Hi.")], target=agent)
    assert [one for one in recwarn if "context_buffer_ratio" in str(one.message)] == []


def test_the_users_permission_mode_holds(take, server):
    state = AgentState()
    state.permission_context.mode = PermissionMode.BYPASS
    chat, add = users().chat(server.model("m")), FunctionTool(users().add)
    host = RecordingHost()
    take(
        draft(),
        [call("add", {"x": 2, "y": 3}), say("5")],
        host,
        target=Agent("a", "S", chat, Toolkit([add]), state=state),
    )
    assert ([one.text for one in host.activities][1], host.questions) == ("5", [])


def test_a_failure_in_a_users_middleware_is_told_as_it_is(take, server):
    class Breaks(MiddlewareBase):
        async def on_acting(self, agent, input_kwargs, next_handler):
            raise ConnectionError("the vault is closed")
            yield

    kit = Toolkit([FunctionTool(users().add)])
    agent = Agent("a", "S", users().chat(server.model("m")), kit, middlewares=[Breaks()])
    with pytest.raises(ConnectionError, match="the vault is closed"):
        take(draft(), [call("add", {"x": 1, "y": 1})], target=agent, permissions="allow")


def test_an_agent_made_by_a_factory_decides_natively(take):
    assert take(decide(), [call("vote", BALLOT)], target="agentscope_users:adder").data == BALLOT
