"""Agents of the user's own: what is taken, what is refused, and what stays as it was."""

from __future__ import annotations

import asyncio
import sys
import warnings
from types import ModuleType

import autogen_agentchat_users as users
import pytest
from autogen_agentchat.agents import AssistantAgent, CodeExecutorAgent
from autogen_agentchat.teams import SelectorGroupChat
from autogen_agentchat.tools import AgentTool
from autogen_core.model_context import UnboundedChatCompletionContext
from autogen_core.models import UserMessage
from autogen_core.tools import ToolResult, Workbench
from autogen_ext.code_executors.local import LocalCommandLineCodeExecutor
from autogen_ext.models.cache import ChatCompletionCache
from massgen_hub.contract import Model, hierarchy
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, call, draft, fail, in_turn, run, say, says, vote
from massgen_hub.testing.stage import in_folder
from massgen_hub_autogen_agentchat import ADAPTER
from pydantic import BaseModel

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
CODE = "from pathlib import Path\nPath('found.txt').write_text('42')"


class Place(BaseModel):
    city: str
    river: str = "none"


def of_ag2():
    module = ModuleType("autogen.agentchat.conversable_agent")
    exec("class ConversableAgent: ...\nclass AssistantAgent(ConversableAgent): ...", vars(module))
    return module.AssistantAgent()


async def of_ag2_later():
    return of_ag2()


@pytest.mark.parametrize("target", [of_ag2(), of_ag2, of_ag2_later], ids=["instance", "factory", "async factory"])
def test_an_agent_of_ag2_is_sent_to_its_own_adapter(take, target):
    with pytest.raises(
        ConfigError, match="an agent of AG2, not of .*\n\nhint: this is an agent of AG2: use `type: ag2`"
    ):
        take(draft(), target=target)
    assert "autogen" not in sys.modules


def test_an_async_factory_is_awaited_in_the_loop_of_the_turns(server, take):
    async def factory(model):
        loop = asyncio.get_running_loop()

        async def is_here() -> bool:
            """Whether this is where the agent was made."""
            return asyncio.get_running_loop() is loop

        return users.expert(model, tools=[is_here], reflect_on_tool_use=True)

    server.script("m", [call("is_here", {}), say("Yes.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=factory).text == "Yes."
    assert [activity.text for activity in host.activities] == ["{}", "True"]


@pytest.mark.parametrize("target", [3, lambda: 3], ids=["instance", "factory"])
def test_what_is_no_agent_is_refused(take, target):
    with pytest.raises(ConfigError, match="`int`.* is no agent.*\n\nhint: give an instance of `autogen_agentchat"):
        take(draft(), target=target)


def test_an_instance_is_recognised_without_being_named():
    for made in (users.expert, users.writer_and_critic):
        assert hierarchy(made(Model(name="m", base_url="http://localhost", key="k"))) & set(ADAPTER.accepts)


@pytest.mark.parametrize("option", [{"temperature": 1}, {"voter": "expert"}])
def test_options_without_effect_on_an_agent_are_refused(take, option):
    with pytest.raises(ConfigError, match=f"`{next(iter(option))}` has no effect on an agent of your own"):
        take(draft(), target=users.expert, **option)


def test_a_client_keeps_its_counts_and_does_not_try_again(server, take):
    agent = users.expert(server.model("m"))
    take(draft(), target=agent)
    server.script("m", lambda _body: fail(429))
    with pytest.raises(Exception, match="the script says 429"):
        take(draft(), target=agent)
    assert agent._model_client.total_usage().prompt_tokens == 0
    assert agent._model_client._client.max_retries == 2
    assert len(server.requests) == 2


def test_a_client_inside_another_does_not_try_again_either(server, take):
    server.script("m", lambda _body: fail(500))
    cached = AssistantAgent("cached", ChatCompletionCache(users.client(server.model("m"))))
    with pytest.raises(Exception, match="the script says 500"):
        take(draft(), target=cached)
    assert len(server.requests) == 1


def test_what_a_cache_answers_costs_nothing(server, take):
    cached = AssistantAgent("cached", ChatCompletionCache(users.client(server.model("m"))))
    costs = []
    for _ in range(2):
        host = RecordingHost()
        take(draft(), host=host, target=cached)
        costs.append(len(host.spent))
    assert (costs, len(server.requests)) == ([1, 0], 1)


def test_a_stream_tells_its_usage_whatever_the_client_says(server, take):
    host = RecordingHost()
    take(draft(), host=host, target=lambda model: users.expert(model, model_client_stream=True))
    assert host.tokens == [server.requests[0].usage]


def test_a_stream_of_a_client_that_asks_for_no_usage_tells_none(server, take):
    options = {"stream_options": {"include_usage": False}}
    agent = AssistantAgent("a", users.client(server.model("m"), **options), model_client_stream=True)
    host = RecordingHost()
    take(draft(), host=host, target=agent)
    assert [(usage.input, usage.output, usage.calls) for usage in host.spent] == [(None, None, 1)]


async def primed(model):
    """An agent that was given an example, and was then used."""
    context = UnboundedChatCompletionContext([UserMessage(content="An example.", source="user")])
    agent = users.expert(model, model_context=context)
    await context.add_message(UserMessage(content="A secret.", source="user"))
    return agent


def test_a_context_begins_as_it_was_made(server, take):
    agent = run(primed(server.model("m")), loop="one")
    for _ in range(2):
        take(draft(prompt="Hello"), target=agent)
    said = [[message["content"] for message in request.body["messages"]] for request in server.requests]
    assert said == [["You know.", "An example.", "Hello"]] * 2
    assert len(agent.model_context._messages) == 2


def asking(agent):
    """A tool that names the agent."""

    async def inner(task: str) -> str:
        """It helps."""
        return (await agent.run(task=task)).messages[-1].content

    return inner


@pytest.mark.parametrize("tool", [AgentTool, asking])
def test_an_agent_that_is_a_tool_remembers_nothing(server, take, tool):
    inner = AssistantAgent("inner", users.client(server.model("m"), "inner"), description="It helps.")
    outer = AssistantAgent("outer", users.client(server.model("m"), "outer"), tools=[tool(inner)])
    for _ in range(2):
        server.script("outer", [call("inner", {"task": "Where?"})])
        server.script("inner", [say("Paris.")])
        host = RecordingHost()
        take(draft(), host=host, target=outer)
        assert [usage.model for usage in host.spent] == ["outer", "inner"]
    assert [len(request.body["messages"]) for request in server.asked("inner")] == [2, 2]
    assert inner.model_context._messages == []


def test_a_structured_output_is_passed_on_as_json(server, take):
    server.script("m", [say('{"city": "Paris", "river": "Seine"}')])
    structured = lambda model: users.expert(model, output_content_type=Place)  # noqa: E731
    assert Place.model_validate_json(take(draft(), target=structured).text) == Place(city="Paris", river="Seine")


def test_a_structured_agent_votes_in_the_form_of_the_hub(server, take):
    server.script("m", [call("vote", BALLOT)])
    structured = lambda model: users.expert(model, output_content_type=Place)  # noqa: E731
    assert take(vote(), target=structured).data == BALLOT
    assert "response_format" not in server.requests[0].body


def test_what_is_not_of_the_form_fails_the_turn(server, take):
    server.script("m", [say("Paris.")])
    with pytest.raises(ValueError, match="Invalid JSON"):
        take(draft(), target=lambda model: users.expert(model, output_content_type=Place))


@pytest.mark.parametrize("own", [True, False], ids=["with a folder of its own", "without"])
def test_an_executor_works_in_its_own_folder_or_in_that_of_the_turn(server, take, tmp_path, own):
    folders = {name: tmp_path / name for name in ("own", "turn")}
    folders["own"].mkdir()
    with warnings.catch_warnings(action="ignore"):
        executor = LocalCommandLineCodeExecutor(work_dir=folders["own"] if own else None)
        coder = CodeExecutorAgent("coder", executor, model_client=users.client(server.model("m")))
    server.script("m", in_turn(say(f"```python\n{CODE}\n```"), then=says("Done.")))
    assert take(in_folder(draft(), folders["turn"]), target=coder).text == "Done."
    assert {name: (folder / "found.txt").exists() for name, folder in folders.items()} == {"own": own, "turn": not own}


class Bench(Workbench):
    """A workbench that runs, such as that of an MCP server."""

    component_config_schema, component_type = BaseModel, "workbench"

    def __init__(self):
        self.log = []

    async def start(self):
        self.log.append("start")

    async def stop(self):
        self.log.append("stop")

    async def list_tools(self):
        return [{"name": "look", "description": "Look.", "parameters": {"type": "object", "properties": {}}}]

    async def call_tool(self, name, arguments=None, cancellation_token=None, call_id=None):
        self.log.append(name)
        return ToolResult(name=name, result=[])

    async def reset(self): ...
    async def save_state(self): ...
    async def load_state(self, state): ...


def test_a_workbench_runs_while_the_agent_is_open(server, take):
    bench = Bench()
    server.script("m", [call("look", {})])
    take(draft(), target=lambda model: users.expert(model, workbench=bench))
    assert bench.log == ["start", "look", "stop"]


def test_a_workbench_that_the_user_has_started_goes_on(server, take):
    bench = Bench()
    bench._running = True
    take(draft(), target=lambda model: users.expert(model, workbench=bench))
    assert bench.log == []


def test_a_selector_and_other_functions_of_a_team_are_kept(server, take):
    def make(model):
        members = [AssistantAgent(name, users.client(model)) for name in ("left", "right")]
        return SelectorGroupChat(members, users.client(model), max_turns=1, selector_func=lambda _thread: "right")

    server.script("m", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=make).text == "Paris."
    assert len(server.requests) == 1


def test_a_vote_leaves_no_tools_with_the_agent(server, take):
    agent = users.expert(server.model("m"), handoffs=["other"])
    before = dict(vars(agent))
    take(vote(), target=agent)
    assert vars(agent) == before
    assert run(agent._workbench[0].list_tools(), loop="one") == []
