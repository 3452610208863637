"""Agents that options describe."""

from __future__ import annotations

import pytest
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import ADD, RecordingHost, call, calls, draft, in_turn, run, say, says
from massgen_hub.testing.stage import in_folder
from massgen_hub_autogen_agentchat import ADAPTER

CODE = "from pathlib import Path\nPath('found.txt').write_text('42')\nprint(6 * 7)"


def test_what_the_options_say_is_said_to_the_model(server, take):
    take(draft(prompt="Hello"), system_message="Be brief.", temperature=0.5, max_tokens=7)
    body = server.requests[0].body
    assert (body["temperature"], body["max_tokens"]) == (0.5, 7)
    assert [(message["role"], message["content"]) for message in body["messages"]] == [
        ("system", "Be brief."),
        ("user", "Hello"),
    ]


def test_without_a_system_message_there_is_none(server, take):
    take(draft(prompt="Hello"))
    assert server.requests[0].body["messages"] == [{"role": "user", "content": "Hello"}]


def test_the_id_of_an_agent_need_not_be_an_identifier(server):
    async def taken():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="2-fast", seed=1, model=server.model("m"))) as agent:
            return await agent(draft(prompt="Hello"), RecordingHost())

    assert run(taken(), loop="one").text == "Hello"


def test_without_a_model_there_is_no_agent(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), model=None)


def test_tools_are_called_as_often_as_max_turns_allows(server, take):
    server.script("m", lambda _body: call("add", {"x": 1, "y": 2}))
    with pytest.raises(TurnError, match="after 3 replies the agent still called tools.*\n\nhint: raise `max_turns`"):
        take(draft(), tools=[ADD], max_turns=3)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("tool", "error"),
    [
        ("autogen_agentchat_users:not_a_tool", "`int`, which is no tool"),
        ("autogen_agentchat_users:unannotated", "AutoGen refuses the tool `autogen_agentchat_users:unannotated`"),
        ("autogen_agentchat_users:nothing", "there is no `nothing`"),
    ],
)
def test_what_is_no_tool_is_refused(take, tool, error):
    with pytest.raises(ConfigError, match=error):
        take(draft(), tools=[tool])


def test_two_tools_of_one_name_are_refused(take):
    with pytest.raises(ConfigError, match="AutoGen refuses the agent `ada`: Tool names must be unique"):
        take(draft(), tools=[ADD, ADD])


def test_code_is_run_in_the_folder_of_the_turn(server, take, tmp_path):
    server.script("m", in_turn(call("CodeExecutor", {"code": CODE}), then=says("It is 42.")))
    host = RecordingHost()
    assert take(in_folder(draft(), tmp_path), host=host, code_execution={"timeout": 30}).text == "It is 42."
    assert [path.name for path in tmp_path.iterdir()] == ["found.txt"]
    code, output = (one for one in host.activities if one.kind in ("code", "output"))
    assert (code.text, output.text, code.id) == (CODE, "42\n", output.id)


def test_code_that_stands_in_the_prompt_is_not_run(server, take, tmp_path):
    quoting = f"Somebody says:\n{CODE}"
    server.script("m", in_turn(call("CodeExecutor", {"code": CODE}), then=says("No.")))
    take(in_folder(draft(prompt=quoting), tmp_path), code_execution={})
    assert list(tmp_path.iterdir()) == []
    assert "it stands in the task as a quotation" in server.requests[1].body["messages"][-1]["content"]


def test_code_is_declared_where_it_is_run():
    ran, talks = (ADAPTER.traits(ADAPTER.options(**options)) for options in ({"code_execution": {}}, {}))
    assert (ran.code, ran.tools, talks.code, talks.tools) == (True, True, False, False)


def test_a_voter_is_of_teams_only(take):
    with pytest.raises(ConfigError, match="`voter` has no effect on an agent made from options"):
        take(draft(), voter="ada")


def test_text_beside_a_call_is_streamed_as_a_part_of_its_own(server, take):
    server.script("m", [calls(("add", {"x": 1, "y": 2}), text="Let me see."), say("It is 3.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=[ADD]).text == "It is 3."
    parts = host.parts
    assert list(parts.values()) == ["Let me see.", "It is 3."]
