"""Agents, workflows and apps of the user's own."""

from __future__ import annotations

import google_adk_users as users
import pytest
from google.adk.apps import App
from google.adk.code_executors import BuiltInCodeExecutor
from google.adk.tools import google_search
from google.adk.tools.mcp_tool import McpToolset, StdioConnectionParams
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import MCP_SERVER, RecordingHost, call, calls, draft, say, vote
from massgen_hub.testing.watching import children, public_state
from mcp import StdioServerParameters

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


@pytest.mark.parametrize("named", ["", "gemini-3.5-flash"])
def test_an_agent_without_a_model_object_runs_on_the_entry_s_model(server, take, named):
    take(draft(), target=users.agent("a", model=named))
    assert [request.body["model"] for request in server.requests] == ["m"]


def test_an_agent_with_a_model_object_keeps_it(server, take):
    target = users.agent("a", model=users.Parrot(model="own"))
    assert take(draft(), target=target).text == "own"
    assert server.requests == []


def test_an_agent_below_one_with_a_model_object_inherits_it(server, take):
    worker = users.agent("worker")
    target = users.agent("boss", model=users.Parrot(model="own"), sub_agents=[worker])
    assert take(vote(), target=target, voter="worker").text == "own"
    assert server.requests == []


def test_without_an_entry_s_model_the_object_is_enough(take):
    assert take(draft(), target=users.agent("a", model=users.Parrot(model="own")), model=None).text == "own"


def test_a_factory_is_given_the_entry_s_model(take):
    assert take(draft(), target=users.own).text == "own m"


def test_a_factory_may_be_async(server, take):
    server.script("m", [say("Paris.")])
    assert take(draft(), target=users.late).text == "Paris."


def test_an_agent_that_is_made_while_a_workflow_runs_is_lent_the_model_too(server, take):
    server.script("m", [say("Hired.")])
    assert take(draft(), target=users.hiring).text == "Hired."


def test_agents_stay_as_they_were(server, take):
    target = users.agent("boss", sub_agents=[users.agent("worker")], tools=[users.add])
    before = public_state(target)
    server.script("m", [calls(("transfer_to_agent", {"agent_name": "worker"})), say("Done."), call("vote", BALLOT)])
    take(draft(), target=target)
    take(vote(), target=target)
    assert public_state(target) == before


def test_plugins_of_an_app_hear_what_happens(take):
    users.watching.asked.clear()
    take(draft(), target=users.app)
    take(vote(), target=users.app)
    assert users.watching.asked == ["m", "m"]
    assert users.app.plugins == [users.watching]


def test_an_app_s_own_settings_stay(server, take):
    target = App(name="office", root_agent=users.line)
    server.script("m", [say("Draft."), say("Final.")])
    assert take(draft(), target=target).text == "Final."
    assert target.resumability_config is None


def test_callbacks_of_an_agent_stay(take):
    heard = []
    target = users.agent("a", before_model_callback=lambda llm_request, **_about: heard.append(llm_request.model))
    take(draft(), target=target)
    take(vote(), target=target)
    assert heard == ["m", "m"]


def test_callbacks_of_tools_hear_of_no_ballot_and_cannot_stop_one(server, take):
    called = []

    def answered(tool, **_about):
        called.append(tool.name)
        return {"result": "from the cache"}

    target = users.agent("a", tools=[users.add], before_tool_callback=answered, after_tool_callback=answered)
    server.script("m", [call("add", {"x": 1, "y": 2}), call("vote", BALLOT)])
    assert take(vote(), target=target).data == BALLOT
    assert called == ["add", "add"]


def test_a_callback_may_change_what_is_said(server, take):
    def louder(llm_response, **_about):
        llm_response.content.parts[0].text = llm_response.content.parts[0].text.upper()

    server.script("m", [say("Paris it is.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.agent("a", after_model_callback=louder)).text == "PARIS IT IS."
    assert host.text == "PARIS IT IS."


def test_a_tool_that_fails_fails_the_turn_as_in_adk(server, take):
    server.script("m", [call("divide", {})])
    host = RecordingHost()
    with pytest.raises(ZeroDivisionError):
        take(draft(), host=host, target=users.agent("a", tools=[users.divide]))
    assert [activity.text for activity in host.activities] == ["{}", "ZeroDivisionError: division by zero"]


def test_a_reply_that_was_blocked_fails_the_turn_with_its_reason(take):
    with pytest.raises(TurnError, match="SAFETY: it is about weapons"):
        take(draft(), target=users.agent("a", model=users.Blocking(model="own")))


def test_what_a_tool_shows_in_the_end_is_the_answer(server, take):
    def show(tool_context: users.ToolContext) -> str:
        """Show it."""
        tool_context.actions.skip_summarization = True
        return "shown"

    server.script("m", [calls(("show", {}), text="Look:")])
    assert take(draft(), target=users.agent("a", tools=[show])).text == "shown"


def test_a_structured_output_is_asked_for_by_its_schema(server, take):
    server.script("m", [say('{"name": "Paris"}')])
    assert take(draft(), target=users.agent("a", output_schema=users.City)).text == '{"name": "Paris"}'
    form = server.requests[0].body["response_format"]["json_schema"]["schema"]
    assert list(form["properties"]) == ["name"]


def test_a_structured_output_beside_tools_comes_by_adk_s_own_tool(server, take):
    server.script("m", [call("set_model_response", {"name": "Paris"})])
    assert (
        take(draft(), target=users.agent("a", output_schema=users.City, tools=[users.add])).text == '{"name": "Paris"}'
    )


def test_the_output_of_a_task_is_the_answer(server, take):
    server.script("m", [call("finish_task", {"name": "Paris"})])
    assert take(draft(), target=users.agent("a", mode="task", output_schema=users.City)).text == '{"name": "Paris"}'


def test_the_agent_s_own_code_is_run_and_noted(server, take):
    server.script("m", [say("Let me see.\n```python\nprint(1111 * 1111)\n```"), say("It is odd.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.coder).text == "It is odd."
    code, output = host.activities
    assert (code.kind, code.text, output.kind) == ("code", "print(1111 * 1111)", "output")
    assert "1234321" in output.text
    assert (code.id, sorted({part for part, _ in host.said})) == (output.id, [0, 1])


def test_no_code_is_run_in_a_turn_that_shows_answers_of_others(server, take):
    server.script("m", [say("```python\nprint(1111 * 1111)\n```")])
    host = RecordingHost()
    take(draft(shown=vote().shown), host=host, target=users.coder)
    assert (host.activities, len(server.requests)) == ([], 1)


def test_servers_of_a_toolset_end_with_the_agent(server, take):
    program = StdioServerParameters(command=MCP_SERVER[0], args=list(MCP_SERVER[1:]))
    toolset = McpToolset(connection_params=StdioConnectionParams(server_params=program))
    server.script("m", [call("add", {"x": 1, "y": 2}), say("3")])
    before = children()
    assert take(draft(), target=users.agent("a", tools=[toolset])).text == "3"
    assert children() <= before


def test_what_is_no_agent_is_refused(take):
    with pytest.raises(ConfigError, match="a `int` is no agent") as failure:
        take(draft(), target=users.number)
    assert "`google.BaseAgent` or `google.Workflow`" in failure.value.hint


def test_a_gemini_without_a_key_says_what_to_do(take, monkeypatch):
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(TurnError, match="No API key was provided") as failure:
        take(draft(), target=users.agent("a", model="gemini-3.5-flash"), model=None)
    assert failure.value.hint.startswith("add `model: google/NAME` to its entry")


@pytest.mark.parametrize("about", [{"tools": [google_search]}, {"code_executor": BuiltInCodeExecutor()}])
@pytest.mark.parametrize("model", ["m", "gemini-3.5-flash"])
def test_what_runs_at_google_is_refused_on_another_model(server, take, model, about):
    target = users.agent("a", **about)
    with pytest.raises(TurnError, match="not supported for model") as failure:
        take(draft(), target=target, model=model)
    assert (failure.value.hint, server.requests) == (
        "leave `model` out of its entry, so that it runs on a Gemini of its own",
        [],
    )


def test_options_that_would_have_no_effect_are_refused(take):
    with pytest.raises(ConfigError, match="`system_message` has no effect on an agent of your own"):
        take(draft(), target=users.expert, system_message="Be brief.")
