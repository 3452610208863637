"""An answer takes the agent's own tools, code and steps, and the hub hears of all of them."""

import pytest
from massgen_hub.kit import is_transient
from massgen_hub.testing import ModelReply, call, calls, draft, fail, say


def code(text: str) -> ModelReply:
    return say(f"Thought: so.\n<code>\n{text}\n</code>")


def answer(value: object) -> ModelReply:
    return call("final_answer", {"answer": value})


def seen(host) -> list[tuple[str, str, str]]:
    return [(activity.kind, activity.name, activity.text) for activity in host.activities]


def test_a_tool_call_and_its_result_are_paired(take, tools):
    reply, host = take(draft(), [call("add", {"x": 2, "y": 3}), answer("5")], tools=[f"{tools}:add"])
    assert reply.text == "5"
    assert seen(host) == [("call", "add", '{"x": 2, "y": 3}'), ("result", "add", "5")]
    assert host.activities[0].id == host.activities[1].id != ""


def test_calls_made_at_once_keep_their_results_apart(take, tools):
    both = calls(("add", {"x": 1, "y": 1}), ("shout", {"text": "hey"}))
    _, host = take(draft(), [both, answer("done")], tools=[f"{tools}:add", f"{tools}:shout"])
    results = {activity.id: activity.text for activity in host.activities if activity.kind == "result"}
    named = {activity.name: results[activity.id] for activity in host.activities if activity.kind == "call"}
    assert named == {"add": "2", "shout": "HEY"}


def test_a_failing_tool_has_a_result_too(take, tools):
    _, host = take(draft(), [call("fail", {"why": "no luck"}), answer("sorry")], tools=[f"{tools}:fail"])
    assert [activity.kind for activity in host.activities] == ["call", "result"]
    assert "no luck" in host.activities[1].text


def test_a_tool_may_be_a_class(take, tools):
    _, host = take(draft(), [call("shout", {"text": "hey"}), answer("done")], tools=[f"{tools}:Shout"])
    assert ("result", "shout", "HEY") in seen(host)


def test_code_is_run_and_its_output_told(take):
    reply, host = take(draft(), [code("x = 6 * 7\nprint(x)"), code("final_answer(x)")], kind="code")
    assert reply.text == "42"
    assert [activity.kind for activity in host.activities] == ["code", "output", "code", "output"]
    assert host.activities[0].text == "x = 6 * 7\nprint(x)"
    assert "42" in host.activities[1].text
    assert host.activities[0].id == host.activities[1].id != host.activities[2].id


def test_a_forbidden_import_is_refused(take):
    _, host = take(draft(), [code("import os"), code("final_answer('no')")], kind="code")
    assert "Import of os is not allowed" in host.activities[1].text


def test_an_import_may_be_allowed(take):
    reply, _ = take(
        draft(),
        [code("import json\nfinal_answer(json.dumps([1]))")],
        kind="code",
        additional_authorized_imports=["json"],
    )
    assert reply.text == "[1]"


def test_code_may_take_only_so_long(take, tools):
    _, host = take(
        draft(),
        [code("dawdle()"), code("final_answer('gave up')")],
        kind="code",
        tools=[f"{tools}:dawdle"],
        executor_kwargs={"timeout_seconds": 1},
    )
    assert "exceeded the maximum execution time of 1 seconds" in host.activities[1].text


def test_variables_do_not_survive_a_turn(take):
    _, host = take(
        [draft(), draft()],
        [code("secret = 7\nfinal_answer(1)")] + [code("final_answer(secret)")] * 2 + [say("gone")],
        kind="code",
        max_steps=2,
    )
    assert "The variable `secret` is not defined" in host.activities[-1].text


def test_functions_do_not_survive_a_turn(take):
    keep = code("def secret():\n    return 7\nfinal_answer(1)")
    reply, _ = take([draft(), draft()], [keep, code("final_answer(secret())"), say("gone")], kind="code", max_steps=1)
    assert reply.text == "gone"


def test_an_answer_with_structure_is_json(take):
    reply, _ = take(draft(), [answer({"city": "Málaga", "sizes": [1, 2]})])
    assert reply.text == '{"city": "Málaga", "sizes": [1, 2]}'


def test_without_a_final_answer_the_last_words_are_the_answer(server, take):
    reply, _ = take(draft(), [say("Well."), say("Well, well."), say("Paris.")], max_steps=2)
    assert reply.text == "Paris."
    assert len(server.requests) == 3


@pytest.mark.parametrize(("status", "transient"), [(429, True), (400, False)])
def test_a_failure_of_the_last_call_is_no_answer(status, transient, take):
    with pytest.raises(Exception, match=f"{status}") as failed:
        take(draft(), [say("Well."), fail(status)], max_steps=1)
    assert is_transient(failed.value) is transient


def test_a_code_agent_is_heard_piece_by_piece_in_parts(take):
    _, host = take(draft(), [code("x = 1"), code("final_answer('Paris')")], kind="code")
    parts = host.parts
    assert list(parts) == [0, 1, 2]
    assert parts[0] == "Thought: so.\n<code>\nx = 1\n</code>"
    assert parts[2] == "Paris"


def test_a_tool_calling_agent_is_heard_at_the_end(take):
    reply, host = take(draft(), [answer("Paris")])
    assert host.text == reply.text == "Paris"


@pytest.mark.parametrize("kind", ["tool_calling", "code"])
def test_usage_is_that_of_every_call(kind, server, take):
    _, host = take(draft(), [say("Well?"), say("Paris.")], kind=kind, max_steps=1)
    assert host.tokens == server.tokens
    assert {(usage.model, usage.calls) for usage in host.spent} == {("m", 1)}
