"""Objects in a text are found with work that grows as the text does, whatever its shape."""

import ast
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from massgen_hub.dialogue import json_objects, objects
from massgen_hub.dialogue.reply import LABELLED

LONG = 18_000
MOST = 8
"""Looks at a character, on average: two strict readings, and three tolerant ones."""


class Counting:
    """A pattern that adds up how often it is tried, and how much it took."""

    looks = 0

    def __init__(self, pattern):
        self._pattern = pattern

    def match(self, text, position):
        found = self._pattern.match(text, position)
        Counting.looks += 1 + (len(found[0]) if found else 0)
        return found


@pytest.fixture
def looks(monkeypatch):
    """How many characters are looked at in a text."""
    monkeypatch.setattr(objects, "VALUE", Counting(objects.VALUE))
    monkeypatch.setattr(objects, "NEXT", {key: Counting(pattern) for key, pattern in objects.NEXT.items()})
    monkeypatch.setattr(objects, "LITERAL", Counting(objects.LITERAL))
    monkeypatch.setattr(Counting, "looks", 0)

    def counted(text):
        list(json_objects(text))
        return Counting.looks

    return counted


def repeated(piece):
    return piece * (LONG // len(piece))


SHAPES = {
    "open objects": repeated('{"a":'),
    "open objects and one end": repeated('{"a":') + "}",
    "objects in one another": repeated('{"a":') + "1" + "}" * (LONG // 5),
    "a mistake in the middle": repeated('{"a":') + "x" + "}" * (LONG // 5),
    "open objects with members": repeated('{"a":1,"b":'),
    "open objects of single quotes": repeated("{'a':"),
    "open objects of single quotes and one end": repeated("{'a':") + "}",
    "open objects and lists": repeated('{"a":['),
    "a deep list": '{"a":' + "[" * LONG,
    "two readings at once": '{"' + repeated(':{":"') + repeated(':{","'),
    "braces": "{" * LONG,
    "braces and one end": "{" * LONG + "}",
    "braces and blanks": repeated("{ "),
    "braces that open strings": repeated('{"'),
    "strings that do not end": repeated('{"a '),
    "one string that does not end": '{"a": "' + "x" * LONG,
    "backslashes": '{"' + "\\" * LONG,
    "objects that are none": repeated("{'x}"),
    "brackets": "[" * LONG,
    "fences": repeated("```json\n{"),
    "thoughts": repeated("<think>{"),
    "prose": repeated('He said "it\'s {fine}" and "no {". '),
    "objects": repeated('{"a": {"b": [1, 2]}} '),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_no_character_is_looked_at_many_times(looks, shape):
    text = SHAPES[shape]
    assert looks(text) <= MOST * len(text)


FOUND = {
    "an object inside of one that does not end": ('{"x": {"a": 1}, {"b": {"c": 2}}', [{"a": 1}, {"b": {"c": 2}}]),
    "an object after many that do not end": ('{"x":' * 3000 + '{"a": 1}', [{"a": 1}]),
    "an object in the string of one that does not end": ('{"x": "{"a": 1}', [{"a": 1}]),
    "an object after a quote that stays open": ('say {"x: {"a": 1}', [{"a": 1}]),
    "an object as deep as any": ('{"a":' * 200 + "1" + "}" * 200, None),
    "braces in a Python string": ("{'a': 'f(x) { if (y) {'}", [{"a": "f(x) { if (y) {"}]),
    "a Python comment": ("{ # mine\n 'a': 1,}", [{"a": 1}]),
    "an empty one": ("{} and { }", [{}, {}]),
    "lists and all kinds of values": ('{"a": [[], {}, [1.5e3, -0, true, null, "\\u00e4\\n"]]}', None),
}


@pytest.mark.parametrize("what", FOUND)
def test_there_is_found(what):
    text, found = FOUND[what]
    assert list(json_objects(text)) == ([json.loads(text)] if found is None else found)


def plainly(text):
    """The same objects, found the slow and simple way."""
    start = text.find("{")
    while start != -1:
        try:
            value, end = objects.DECODER.raw_decode(text, start)
        except ValueError:
            value, end = literally(text, start)
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            yield value
        start = text.find("{", end)


def literally(text, start):
    end = text.find("}", start) + 1 or start + 1
    if text.count("{", start, end) > 3:
        return None, start + 1
    try:
        return ast.literal_eval(text[start:end]), end
    except (ValueError, SyntaxError, TypeError):
        return None, start + 1


PIECES = [*"{}[],:'", " ", "\n", '\\"', "1", "-", "0", ".5", "true", "a", '"', '"a":', '"b"', "{}"]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@example('{"a":"\\"{"b":1}')
@example('{"a":01,"b":{"a":1}}')
def test_it_finds_what_a_slow_and_simple_reading_finds(text):
    named = (found for found in json_objects(text) if all(isinstance(key, str) for key in found))
    assert [*map(repr, named)] == [*map(repr, plainly(text))]


def test_a_labelled_vote_is_looked_for_line_by_line():
    assert LABELLED.search("\n\n * \n\n> Vote: B")[0] == "> Vote: B"
