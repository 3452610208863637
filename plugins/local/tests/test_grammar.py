"""Grammars for the schemas of the hub and of the frameworks, and the texts they allow."""

from __future__ import annotations

import json

import jsonschema
import pytest
from massgen_hub.testing.turns import decide, vote
from massgen_hub_local.grammar import json_grammar


def record(**properties):
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def ranking(labels, **limits):
    items = {"type": "string", "enum": list(labels)}
    return {"type": "array", "items": items, "uniqueItems": True, "minItems": 1, **limits}


TEXT = {"type": "string", "maxLength": 12}
POINT = {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}, "required": ["x", "y"]}
FINAL_ANSWER = {
    "type": "object",
    "properties": {"answer": {"type": "string", "description": "The final answer to the problem"}},
    "required": ["answer"],
}

SCHEMAS = {
    "vote": vote().schema,
    "vote of six": vote(answers=tuple("abcdef")).schema,
    "vote of twelve": vote(answers=tuple("abcdefghijkl")).schema,
    "vote of thirty": record(ranking=ranking([f"L{number}" for number in range(30)], maxItems=30)),
    "every label once": ranking("ABCD", minItems=4),
    "decide": decide().schema,
    "final answer": FINAL_ANSWER,
    "labels in other scripts": record(choice={"enum": ["Zürich", "日本", 'a "quoted" \\ one', "line\nbreak", "🦉"]}),
    "a constant": record(kind={"const": {"v": 1}}, sure={"const": True}),
    "numbers": record(count={"type": "integer"}, share={"type": "number"}, age={"type": "integer", "minimum": 0}),
    "a score": record(score={"type": "integer", "minimum": 0, "maximum": 10}),
    "a share of one": record(share={"type": "number", "minimum": 0.5, "maximum": 1}),
    "a truth": record(right={"type": "boolean"}, nothing={"type": "null"}),
    "a list": record(names={"type": "array", "items": TEXT, "minItems": 2, "maxItems": 3}),
    "a list without limits": record(names={"type": "array", "items": {"type": "integer"}}),
    "an empty list": record(names={"type": "array", "items": TEXT, "maxItems": 0}),
    "two types": record(age={"type": ["integer", "null"]}),
    "nullable": record(age={"type": "integer", "nullable": True}),
    "optional members": {**record(x=TEXT, y=TEXT, z=TEXT), "required": ["y"]},
    "only optional members": {**record(x=TEXT, y=TEXT), "required": []},
    "references": {**record(start={"$ref": "#/$defs/point"}), "$defs": {"point": POINT}},
    "a wrapped reference": {**record(start={"allOf": [{"$ref": "#/$defs/point"}]}), "$defs": {"point": POINT}},
    "one of": {"oneOf": [record(cat=TEXT), record(dog=TEXT)]},
    "a short text": record(word={"type": "string", "minLength": 3, "maxLength": 3}),
    "a letter": record(letter={"type": "string", "maxLength": 1}),
    "no text": record(word={"type": "string", "maxLength": 0}),
    "a text of any length": record(word={"type": "string", "maxLength": 90_000}),
    "no members": {"type": "object", "properties": {}, "additionalProperties": False},
    "closed": {"type": "object", "additionalProperties": False},
    "a map of numbers": {"type": "object", "additionalProperties": {"type": "integer"}},
    "any object": {"type": "object"},
    "anything": {},
    "something unheard of": record(what={"type": "any"}),
}


def written(model, schema, prompt="Say something.", **options):
    """What the model writes under a schema; hot, so that it tries what the grammar allows."""
    form = {"type": "json_schema", "json_schema": {"name": "it", "schema": schema}}
    answer = model.ask(prompt, response_format=form, **{"temperature": 1.2, **options})
    assert answer.choices[0].finish_reason == "stop"
    return answer.choices[0].message.content


@pytest.mark.model
@pytest.mark.parametrize("name", SCHEMAS)
def test_what_a_grammar_allows_is_valid(smollm2, name):
    for seed in range(2):
        jsonschema.validate(json.loads(written(smollm2, SCHEMAS[name], seed=seed)), _standard(SCHEMAS[name]))


@pytest.mark.model
@pytest.mark.parametrize("name", ["vote", "decide", "final answer"])
def test_the_schemas_that_matter_are_met_ten_times_of_ten(smollm2, name):
    for seed in range(10):
        jsonschema.validate(json.loads(written(smollm2, SCHEMAS[name], seed=seed)), SCHEMAS[name])


@pytest.mark.model
def test_json_without_a_schema_is_an_object(smollm2):
    for seed in range(3):
        answer = smollm2.ask("Say something.", response_format={"type": "json_object"}, temperature=1.5, seed=seed)
        assert isinstance(json.loads(answer.choices[0].message.content), dict)


@pytest.mark.model
def test_there_is_no_space_to_waste_tokens_on(smollm2):
    text = written(smollm2, record(x={"type": "integer"}, y={"type": "boolean"}), seed=1)
    assert text == json.dumps(json.loads(text), separators=(",", ":"))


@pytest.mark.model
@pytest.mark.parametrize("said", ['She said \\"yes\\" and he said \\"no', "Zürich, 東京, Αθήνα, Москва, 北京"])
def test_a_text_may_hold_quotes_and_any_script(smollm2, said):
    prompt = f'Complete this JSON string: {{"text": "{said}'
    text = json.loads(written(smollm2, record(text={"type": "string"}), prompt, temperature=0.2, seed=1))["text"]
    assert set('"ü東Αк').intersection(text)


@pytest.mark.model
def test_a_schema_that_refers_to_itself_is_accepted(smollm2):
    parts = {"type": "array", "items": {"$ref": "#/$defs/tree"}, "maxItems": 1}
    schema = {"$ref": "#/$defs/tree", "$defs": {"tree": record(a={"const": 1}, parts=parts)}}
    form = {"type": "json_schema", "json_schema": {"name": "tree", "schema": schema}}
    answer = smollm2.ask("Say something.", response_format=form, max_tokens=20)
    assert answer.choices[0].message.content.startswith('{"a":1,"parts":[')


def test_a_full_ranking_of_six_labels_is_possible_and_one_of_twelve_is_cut_short():
    assert longest_ranking(6) == 6
    assert longest_ranking(12) == 2


def test_a_full_ranking_that_is_demanded_is_not_cut_short():
    labels = "ABCDEFGHIJ"
    assert '{9,9} "]"' in json_grammar(ranking(labels, minItems=10, maxItems=10))


def longest_ranking(count):
    """The longest chain of rules in the grammar of a ranking: one rule for each place, and one for the end."""
    text = json_grammar(ranking("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:count], maxItems=count))
    rules = dict(line.split(" ::= ") for line in text.splitlines())

    def depth(name):
        return 1 + max((depth(word) for word in rules[name].split() if word in rules), default=0)

    return depth("root") - 3


def test_equal_parts_are_written_once():
    text = json_grammar(record(x=POINT, y=POINT, z=POINT))
    assert sum('"\\"x\\"" ":" r' in line for line in text.splitlines()) == 2


def _standard(schema):
    """The schema for a validator that knows neither `nullable` nor types of its own making."""
    text = json.dumps(schema).replace('"type": "integer", "nullable": true', '"type": ["integer", "null"]')
    return json.loads(text.replace('"type": "any"', '"description": "any"'))
