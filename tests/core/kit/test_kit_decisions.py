"""The reply made of the arguments of decision tools."""

import pytest
from massgen_hub.contract import Reply
from massgen_hub.dialogue import reply_schema
from massgen_hub.kit import as_said, as_text, decided, decision_tools


def test_one_call_is_a_mapping_and_several_are_a_list_in_their_order():
    assert decided("", ['{"ranking": ["A"]}']) == Reply(data={"ranking": ["A"]})
    assert decided("", [{"ranking": ["A"]}, '{"answer": "x"}']) == Reply(data=[{"ranking": ["A"]}, {"answer": "x"}])


def test_what_is_no_object_is_left_to_the_parser_as_text():
    assert decided("I vote:", ['{"ranking": ["A"', "[1]", None]) == Reply(text='I vote:\n{"ranking": ["A"\n[1]')


def test_a_call_without_arguments_is_not_nothing():
    assert decided("", [{}]) == decided("", ["{}"]) == Reply(text="{}")


def test_text_alone_is_text():
    assert decided("Paris", []) == Reply(text="Paris")


def test_values_become_text_with_their_structure():
    assert [as_text(value) for value in (None, "a\nb", 7, {"é": (1, 2)})] == ["", "a\nb", "7", '{"é": [1, 2]}']


def test_a_structure_is_said_in_the_model_s_own_words_where_they_spell_it_out():
    assert as_said({"a": 1}, '{ "a":1 }') == '{ "a":1 }'
    assert [as_said({"a": 1}, said) for said in ("one", "2", "")] == ['{"a": 1}'] * 3
    assert as_said("Paris", '"Paris"') == "Paris"


@pytest.mark.parametrize("need", ["ranking", "choice", "approval", "score"])
def test_a_ballot_of_any_kind_is_the_tool_vote_and_a_better_answer_another(need):
    tools = decision_tools(reply_schema("decide", ["A", "B"], need))
    assert [tool["function"]["name"] for tool in tools] == ["vote", "answer"]
