"""The user's own agents of AG2 1.x: all that they are made of counts, in a draft and, as one call, in a decision."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from massgen_hub.contract import Shown
from massgen_hub.testing import ModelServer, call, draft, say, vote
from pydantic import BaseModel

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
MODERN = {"kind": "agent"}


@pytest.fixture(params=["ag2", "autogen.beta"])
def package(request) -> ModuleType:
    return import_module(request.param)


def made(package: ModuleType, server: ModelServer, **options: Any) -> Any:
    config = import_module(f"{package.__name__}.config").OpenAIConfig(model="m", api_key="x", base_url=server.base_url)
    return package.Agent("mine", "Be brief.", config=config, **options)


class City(BaseModel):
    name: str


def state(agent: Any) -> dict[str, Any]:
    return {name: (id(value), repr(value)) for name, value in vars(agent).items()}


def test_its_middleware_is_around_every_call_of_its_model(take, server, package) -> None:
    seen: list[int] = []

    class Counting(import_module(f"{package.__name__}.middleware").BaseMiddleware):
        async def on_llm_call(self, call_next: Any, events: Any, context: Any) -> Any:
            seen.append(len(events))
            return await call_next(events, context)

    agent = made(package, server, middleware=[Counting])
    take(draft(), MODERN, [say("Paris.")], target=agent)
    reply, _ = take(vote(), MODERN, [call("vote", BALLOT)], target=agent)
    assert len(seen) == 2
    assert reply.data == BALLOT


def test_its_observers_are_told_what_happens(take, server, package) -> None:
    heard: list[str] = []
    events = import_module(f"{package.__name__}.events")

    async def listen(event: Any) -> None:
        heard.append(event.content)

    listen.__annotations__["event"] = events.ModelMessage
    watching = import_module(f"{package.__name__}.observers").observer(events.ModelMessage, listen)
    take(draft(), MODERN, [say("Paris.")], target=made(package, server, observers=[watching]))
    assert heard == ["Paris."]


def test_its_reply_format_binds_its_drafts(take, server, package) -> None:
    agent = made(package, server, response_schema=City)
    reply, host = take(draft(), MODERN, [say('{"name": "Paris"}')], target=agent)
    assert json.loads(reply.text) == {"name": "Paris"}
    assert host.text == reply.text
    assert server.requests[0].body["response_format"]["type"] == "json_schema"


def test_its_dependencies_and_variables_reach_its_tools(take, server, package) -> None:
    async def visit(context) -> str:
        """Visit."""
        return f"{context.dependencies['guide']} in {context.variables['city']}"

    visit.__annotations__["context"] = package.Context
    agent = made(package, server, tools=[visit], dependencies={"guide": "Ada"}, variables={"city": "Paris"})
    _, host = take(draft(), MODERN, [call("visit", {}), say("Done.")], target=agent)
    assert host.activities[1].text == "Ada in Paris"


def test_its_own_hook_answers_its_tools_before_the_hub(take, server, package) -> None:
    async def ask(context) -> str:
        """Ask."""
        return await context.input("Which colour?")

    ask.__annotations__["context"] = package.Context
    agent = made(package, server, tools=[ask], hitl_hook=lambda: "green")
    _, host = take(draft(), MODERN, [call("ask", {}), say("Green.")], target=agent)
    assert (host.activities[1].text, host.questions) == ("green", [])


def test_its_subtasks_are_run_and_their_usage_is_reported_once(take, server) -> None:
    ag2 = import_module("ag2")
    agent = made(ag2, server, tasks=import_module("ag2.agent").TaskConfig())
    replies = [call("run_subtask", {"task": "Find it."}), say("Found."), say("It is Paris.")]
    reply, host = take(draft(), MODERN, replies, target=agent)
    assert reply.text == "It is Paris." == host.text
    assert sum(used.input or 0 for used in host.spent) == sum(request.usage[0] for request in server.requests)


def code_tool_of(package: ModuleType) -> Any:
    tools = import_module(f"{package.__name__}.tools")
    return tools.SandboxCodeTool(tools.LocalEnvironment(), name="python")


def test_code_that_its_own_tool_runs_is_reported_as_a_pair(take, server, package) -> None:
    agent = made(package, server, tools=[code_tool_of(package)])
    replies = [call("python", {"code": "print(6 * 7)", "language": "python"}), say("It is 42.")]
    reply, host = take(draft(), MODERN, replies, target=agent)
    code, output = host.activities
    assert (code.kind, code.name, code.text) == ("code", "python", "print(6 * 7)")
    assert (output.kind, output.text, output.id) == ("output", "42", code.id)
    assert reply.text == "It is 42."


def test_its_own_tools_never_run_code_of_another_agent(take, server, package, tmp_path) -> None:
    tools = import_module(f"{package.__name__}.tools")
    agent = made(package, server, tools=[code_tool_of(package), tools.SandboxShellTool(name="shell")])
    ran = tmp_path / "ran"
    for name, arguments in (
        ("python", {"code": f"open({str(ran)!r}, 'w').close()", "language": "python"}),
        ("shell", {"command": f"touch {ran}"}),
    ):
        shown = "\n".join(["Run:", *arguments.values()])
        turn = replace(draft(), prompt=f"~3fa0 A\n{shown}\n~3fa0", shown=(Shown(label="A", text=shown),))
        _, host = take(turn, MODERN, [call(name, arguments), say("Done.")], target=agent)
        assert "not run" in host.activities[1].text
        assert not ran.exists()


def test_its_own_shell_runs_its_own_commands(take, server, package) -> None:
    shell = import_module(f"{package.__name__}.tools").SandboxShellTool()
    replies = [call("run_shell_command", {"command": "echo $((6 * 7))"}), say("It is 42.")]
    _, host = take(draft(), MODERN, replies, target=made(package, server, tools=[shell]))
    assert [(note.kind, note.text.strip()) for note in host.activities] == [
        ("code", "echo $((6 * 7))"),
        ("output", "42"),
    ]


def test_it_speaks_the_responses_api_where_it_is_made_for_it(take, server, package) -> None:
    def look() -> str:
        """Look."""
        return "Paris"

    config = import_module(f"{package.__name__}.config").OpenAIResponsesConfig
    agent = package.Agent("mine", config=config(model="m", api_key="x", base_url=server.base_url), tools=[look])
    before = state(agent)
    reply, host = take(draft(), MODERN, [call("look", {}), say("It is Paris.")], target=agent)
    assert reply.text == "It is Paris." == host.text
    assert len(host.said) > 1
    assert [note.kind for note in host.activities] == ["call", "result"]
    assert host.tokens == server.tokens
    reply, _ = take(vote(), MODERN, [call("vote", BALLOT)], target=agent)
    assert reply.data == BALLOT
    assert [tool["function"]["name"] for tool in server.requests[-1].body["tools"]] == ["vote"]
    assert {request.path for request in server.requests} == {"/v1/responses"}
    assert state(agent) == before
