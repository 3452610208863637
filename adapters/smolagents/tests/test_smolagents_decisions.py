"""Decisions go to the hub as the model gave them, and are asked for once."""

import pytest
from massgen_hub.contract import Reply
from massgen_hub.testing import ModelReply, call, calls, content_text, decide, draft, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
ELSEWHERE = {"reason": "I like rivers.", "ranking": ["B", "A"]}


def code(text: str) -> ModelReply:
    return say(f"<code>\n{text}\n</code>")


def final_answer(server) -> dict:
    """The tool of that name, as the model saw it."""
    offered = {tool["function"]["name"]: tool["function"] for tool in server.requests[0].body["tools"]}
    return offered["final_answer"]


def test_a_vote_shows_the_labels_as_an_enum(server, take):
    take(vote(), [call("final_answer", BALLOT)])
    parameters = final_answer(server)["parameters"]
    assert parameters["properties"]["ranking"]["items"] == {"type": "string", "enum": ["A", "B"]}
    assert parameters["required"] == ["reason", "ranking"]


def test_a_decide_turn_takes_a_ballot_or_an_answer(server, take):
    take(decide(), [call("final_answer", BALLOT)])
    parameters = final_answer(server)["parameters"]
    assert list(parameters["properties"]) == ["reason", "ranking", "answer"]
    assert parameters["required"] == []


def test_the_tool_says_what_the_schema_says(server, take):
    turn = decide()
    take(turn, [call("final_answer", BALLOT)])
    assert final_answer(server)["description"] == " Or: ".join(one["description"] for one in turn.schema["anyOf"])


def test_a_ballot_is_given_as_arguments(take):
    reply, _ = take(vote(), [call("final_answer", BALLOT)])
    assert reply == Reply(data=BALLOT)


@pytest.mark.parametrize("arguments", [{"ranking": "A > B"}, {"ranking": ["A"], "mood": "good"}, {}])
def test_what_is_valid_is_for_the_hub_to_say(arguments, server, take):
    reply, _ = take(vote(), [call("final_answer", arguments)])
    assert reply == (Reply(data=arguments) if arguments else Reply(text="{}"))
    assert len(server.requests) == 1


def test_several_decisions_keep_the_order_of_the_reply(take):
    reply, _ = take(vote(), [calls(("final_answer", ELSEWHERE), ("final_answer", BALLOT))])
    assert reply.data == [ELSEWHERE, BALLOT]


def test_a_decision_beside_another_call_counts(server, take, tools):
    both = calls(("add", {"x": 1, "y": 2}), ("final_answer", BALLOT))
    reply, _ = take(vote(), [both], tools=[f"{tools}:add"])
    assert reply.data == BALLOT
    assert len(server.requests) == 1


def test_arguments_that_are_no_json_come_as_text(take):
    reply, _ = take(vote(), [call("final_answer", "A, then B")])
    assert reply.text == "A, then B"
    assert reply.data is None


def test_prose_is_passed_on_after_one_call(server, take):
    reply, _ = take(vote(), [say("B is best, I think.")])
    assert reply.text == "B is best, I think."
    assert len(server.requests) == 1


def test_prose_of_a_code_agent_is_passed_on_after_one_call(server, take):
    reply, _ = take(vote(), [say("B is best, I think.")], kind="code")
    assert reply.text == "B is best, I think."
    assert len(server.requests) == 1


def test_a_model_that_only_looks_things_up_is_asked_three_times(server, take, tools):
    def busy(body) -> ModelReply:
        return call("add", {"x": 1, "y": 2}) if "tools" in body else say("A, all things considered.")

    reply, _ = take(vote(), busy, tools=[f"{tools}:add"])
    assert reply.text == "A, all things considered."
    assert len(server.requests) == 3


def test_a_code_agent_votes_by_name(take):
    reply, _ = take(vote(), [code("final_answer(reason='It is the capital.', ranking=['A', 'B'])")], kind="code")
    assert reply.data == BALLOT


def test_a_code_agent_votes_by_position(take):
    reply, _ = take(vote(), [code("final_answer('It is the capital.', ['A', 'B'])")], kind="code")
    assert reply.data == BALLOT


def test_a_code_agent_votes_with_a_whole_object(take):
    reply, _ = take(vote(), [code(f"final_answer({BALLOT})")], kind="code")
    assert reply.data == BALLOT


def test_a_code_agent_votes_with_json_as_a_string(take):
    reply, _ = take(vote(), [code("""final_answer('{"ranking": ["B"]}')""")], kind="code")
    assert reply == Reply(data={"ranking": ["B"]})


def test_values_that_json_does_not_know_become_text(take):
    reply, _ = take(vote(), [code("final_answer(ranking=('A', 'B'), reason={7})")], kind="code")
    assert reply.data == {"ranking": ["A", "B"], "reason": "{7}"}


def test_a_code_agent_is_told_the_calls_and_the_labels(server, take):
    take(decide(), [code("final_answer(answer='Paris')")], kind="code", prompts="short")
    system, task = (content_text(message["content"]) for message in server.requests[0].body["messages"])
    assert '"enum": ["A", "B"]' in system
    assert "`final_answer(reason=..., ranking=...)` or `final_answer(answer=...)`" in task


def test_code_that_fails_may_be_mended_once(server, take):
    reply, _ = take(vote(), [code("final_answer(ranking=best)"), code("final_answer(ranking=['A'])")], kind="code")
    assert reply.data == {"ranking": ["A"]}
    assert len(server.requests) == 2


def test_the_agents_own_final_answer_is_back_afterwards(server, take):
    take([vote(), draft()], [call("final_answer", BALLOT), call("final_answer", {"answer": "Paris"})])
    assert list(server.requests[1].body["tools"][0]["function"]["parameters"]["properties"]) == ["answer"]
