"""Who answers when AgentScope asks: a person, or always the same."""

from __future__ import annotations

import pytest
from agentscope.agent import Agent
from agentscope.permission import PermissionBehavior, PermissionRule
from agentscope.state import AgentState
from agentscope.tool import AskUser, Bash, FunctionTool, Read, ToolBase, Toolkit
from massgen_hub.errors import NotAvailable
from massgen_hub.testing import RecordingHost, call, calls, draft, say

ADD = call("add", {"x": 2, "y": 3})
ADDER = "agentscope_users:adder"


def results(server, number=1):
    return [one["content"] for one in server.requests[number].body["messages"] if one["role"] == "tool"]


def test_an_agent_of_the_user_asks_a_person_as_it_would_without_the_hub(take, server):
    host = RecordingHost(answers=["approve"])
    assert take(draft(), [ADD, say("5")], host, target=ADDER).text == "5"
    (question,) = host.questions
    assert (question.text, question.choices) == ("May `add` be called?", ("approve", "reject"))
    assert (question.data, results(server)) == ({"name": "add", "args": {"x": 2, "y": 3}}, ["5"])


@pytest.mark.parametrize("answer", ["reject", "not today"])
def test_a_call_that_is_not_approved_is_denied_and_the_model_goes_on(take, server, answer):
    host = RecordingHost(answers=[answer])
    assert take(draft(), [ADD, say("Then not.")], host, target=ADDER).text == "Then not."
    assert "denied by user" in results(server)[0]
    assert [one.kind for one in host.activities] == ["call", "result"]


def test_where_nobody_answers_the_turn_fails_with_the_question_and_what_to_do(take, server):
    with pytest.raises(NotAvailable, match=r"nobody answers: May `add` be called\?") as failure:
        take(draft(), [ADD], target=ADDER)
    assert "`permissions: allow`" in failure.value.hint
    assert len(server.requests) == 1


def test_permissions_allow_answers_yes_to_everything(take, server):
    host = RecordingHost()
    take(draft(), [ADD, say("5")], host, target=ADDER, permissions="allow")
    assert (results(server), host.questions) == (["5"], [])


def test_permissions_deny_answers_no_to_everything(take, server):
    host = RecordingHost()
    take(draft(), [ADD, say("Then not.")], host, target=ADDER, permissions="deny")
    assert "denied by user" in results(server)[0]
    assert host.questions == []


def test_tools_named_in_the_config_are_permitted_by_that(take, server):
    host = RecordingHost()
    take(draft(), [ADD, say("5")], host, tools=["agentscope_users:add"])
    assert (results(server), host.questions) == (["5"], [])


def test_tools_named_in_the_config_are_asked_for_where_it_says_so(take, server):
    host = RecordingHost(answers=["approve"])
    take(draft(), [ADD, say("5")], host, tools=["agentscope_users:add"], permissions="ask")
    assert (results(server), len(host.questions)) == (["5"], 1)


def test_calls_of_one_reply_are_all_asked_for(take, server):
    host = RecordingHost(answers=["approve", "reject"])
    both = calls(("add", {"x": 1, "y": 1}), ("add", {"x": 2, "y": 2}))
    take(draft(), [both, say("Done.")], host, target=ADDER)
    assert [question.data["args"] for question in host.questions] == [{"x": 1, "y": 1}, {"x": 2, "y": 2}]
    told = results(server)
    assert "2" in told
    assert any("denied" in text for text in told)


def test_questions_of_one_reply_after_another_are_all_asked(take, server):
    host = RecordingHost(answers=["approve", "approve"])
    assert take(draft(), [ADD, ADD, say("5")], host, target=ADDER).text == "5"
    assert len(host.questions) == 2


def test_what_the_user_denies_by_a_rule_is_denied_whatever_the_config_says(take, server):
    from agentscope_users import add, chat

    rule = PermissionRule(tool_name="add", rule_content=None, behavior=PermissionBehavior.DENY, source="user")
    state = AgentState()
    state.permission_context.deny_rules = {"add": [rule]}
    agent = Agent("a", "S", chat(server.model("m")), Toolkit([FunctionTool(add)]), state=state)
    take(draft(), [ADD, say("Then not.")], target=agent, permissions="allow")
    assert "5" not in results(server)


def test_the_users_shell_only_reads_without_a_question(take, server, tmp_path):
    from agentscope_users import chat

    (tmp_path / "note.txt").write_text("in the note")
    agent = Agent("a", "S", chat(server.model("m")), Toolkit([Bash()]))
    reading = call("Bash", {"command": f"cat {tmp_path / 'note.txt'}", "description": "read"})
    writing = call("Bash", {"command": f"touch {tmp_path / 'planted'}", "description": "write"})
    host = RecordingHost(answers=["reject"])
    take(draft(), [reading, writing, say("Done.")], host, target=agent)
    assert "in the note" in results(server)[0]
    assert len(host.questions) == 1
    assert not (tmp_path / "planted").exists()


def test_the_users_tool_that_reads_files_reads_anew_in_every_turn(take, server, tmp_path):
    from agentscope_users import chat

    (tmp_path / "note.txt").write_text("in the note")
    agent = Agent("a", "S", chat(server.model("m")), Toolkit([Read()]))
    reading = call("Read", {"file_path": str(tmp_path / "note.txt")})
    take([draft(), draft()], [reading, say("1"), reading, say("2")], target=agent, permissions="allow")
    assert ["in the note" in results(server, number)[0] for number in (1, 3)] == [True, True]
    assert agent.state.tool_context.read_file_cache == []


def ask_user(*questions):
    return call("AskUser", {"questions": list(questions)})


def question(text, *labels):
    return {"question": text, "header": "H", "options": [{"label": one, "description": one} for one in labels]}


def test_what_a_model_asks_the_user_is_asked_of_a_person(take, server):
    from agentscope_users import chat

    agent = Agent("a", "S", chat(server.model("m")), Toolkit([AskUser()]))
    host = RecordingHost(answers=["Red", "none of both"])
    asked = ask_user(
        question("Which colour?", "Red", "Blue"), {**question("How many?", "1", "2"), "context": "Of two:"}
    )
    assert take(draft(), [asked, say("Red then.")], host, target=agent).text == "Red then."
    assert [(one.text, one.choices) for one in host.questions] == [
        ("Which colour?", ("Red", "Blue")),
        ("Of two:\n\nHow many?", ("1", "2")),
    ]
    assert results(server) == ["Which colour? Red\nHow many? none of both"]
    assert [one.kind for one in host.activities] == ["call", "result"]


class Phone(ToolBase):
    """A tool that only the user's own program can run."""

    name = "phone"
    description = "Call somebody."
    input_schema = {"type": "object", "properties": {"who": {"type": "string"}}}  # noqa: RUF012
    is_concurrency_safe = is_read_only = is_external_tool = True

    async def check_permissions(self, tool_input, context):
        raise AssertionError("what only reads is not asked for")


def test_a_tool_that_runs_elsewhere_is_answered_for_by_a_person(take, server):
    from agentscope_users import chat

    agent = Agent("a", "S", chat(server.model("m")), Toolkit([Phone()]))
    host = RecordingHost(answers=["no reply"])
    assert take(draft(), [call("phone", {"who": "Bob"}), say("Nobody.")], host, target=agent).text == "Nobody."
    assert (host.questions[0].data, results(server)) == ({"name": "phone", "args": {"who": "Bob"}}, ["no reply"])


def test_a_tool_that_runs_elsewhere_beside_one_that_is_asked_for(take, server):
    from agentscope_users import add, chat

    agent = Agent("a", "S", chat(server.model("m")), Toolkit([Phone(), FunctionTool(add)]))
    both = calls(("phone", {"who": "Bob"}), ("add", {"x": 1, "y": 1}))
    host = RecordingHost(answers=["approve", "no reply"])
    assert take(draft(), [both, say("Done.")], host, target=agent).text == "Done."
    assert sorted(results(server)) == ["2", "no reply"]


def test_where_nobody_answers_for_a_tool_that_runs_elsewhere_the_turn_fails(take, server):
    from agentscope_users import chat

    agent = Agent("a", "S", chat(server.model("m")), Toolkit([Phone()]))
    with pytest.raises(NotAvailable, match="`phone` run by somebody else"):
        take(draft(), [call("phone", {"who": "Bob"})], target=agent)
