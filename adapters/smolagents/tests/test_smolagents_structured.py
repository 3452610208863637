"""Code agents that write their code into a form."""

import json

import pytest
from massgen_hub.testing import draft, say, vote
from massgen_hub_smolagents import adapter
from pydantic import ValidationError

OPTIONS = {"kind": "code", "use_structured_outputs_internally": True}


def code(text):
    return say(json.dumps({"thought": "So.", "code": text}))


def test_code_comes_in_a_form(server, take):
    reply, host = take(draft(), [code("x = 6 * 7"), code("final_answer(x)")], **OPTIONS)
    assert reply.text == "42"
    assert server.requests[0].body["response_format"]["type"] == "json_schema"
    assert [activity.text for activity in host.activities if activity.kind == "code"] == [
        "x = 6 * 7",
        "final_answer(x)",
    ]


def test_a_vote_is_cast_from_a_form(take):
    reply, _ = take(vote(), [code("final_answer(reason='So.', ranking=['B'])")], **OPTIONS)
    assert reply.data == {"reason": "So.", "ranking": ["B"]}


def test_prose_instead_of_a_form_is_passed_on_after_one_call(server, take):
    reply, _ = take(vote(), [say("B is best.")], **OPTIONS)
    assert reply.text == "B is best."
    assert len(server.requests) == 1


def test_short_prompts_know_no_form():
    with pytest.raises(ValidationError, match="needs `prompts: full`"):
        adapter.options(**OPTIONS, prompts="short")
