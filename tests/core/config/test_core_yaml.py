"""What YAML means here, and where everything was written."""

from typing import Any

import pytest
from massgen_hub.config.core_yaml import parse, scalar
from massgen_hub.config.source import MOST_VALUES, Node, Text, plain
from massgen_hub.errors import ConfigError


def parsed(text: str) -> Node:
    return parse(Text("council.yaml", text))


def value(text: str) -> Any:
    return plain(parsed(text))["a"]


@pytest.mark.parametrize("word", ["no", "off", "on", "yes", "y", "NO", "Off"])
def test_only_true_and_false_are_booleans(word: str) -> None:
    assert value(f"a: {word}") == word


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("False", False), ("TRUE", True)])
def test_booleans_may_be_capitalised(text: str, expected: bool) -> None:
    assert value(f"a: {text}") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7", 7), ("-7", -7), ("0o17", 15), ("0xff", 255), ("010", 10), ("1_000", "1_000"), ("0b1", "0b1")],
)
def test_whole_numbers_are_those_of_yaml_1_2(text: str, expected: object) -> None:
    assert value(f"a: {text}") == expected


@pytest.mark.parametrize(("text", "expected"), [("1.10", 1.1), (".5", 0.5), ("1e3", 1000.0), ("-2.", -2.0)])
def test_numbers_with_a_point_or_an_exponent_are_floats(text: str, expected: float) -> None:
    assert value(f"a: {text}") == expected


@pytest.mark.parametrize("text", ["12:30:45", "2026-11-21", ".inf", ".nan", "1.2.3", "<<", "="])
def test_times_dates_and_infinities_are_texts(text: str) -> None:
    assert value(f"a: {text}") == text


@pytest.mark.parametrize("text", ["null", "~", ""])
def test_nothing_has_three_spellings(text: str) -> None:
    assert value(f"a: {text}") is None


def test_quotes_make_a_text() -> None:
    assert value("a: '7'") == "7"


def test_keys_are_always_texts() -> None:
    assert plain(parsed("{on: 1, 1.10: 2, null: 3, true: 4}")) == {"on": 1, "1.10": 2, "null": 3, "true": 4}


def test_an_alias_is_a_copy() -> None:
    assert plain(parsed("a: &x {b: [1]}\nc: *x")) == {"a": {"b": [1]}, "c": {"b": [1]}}


def test_a_merge_fills_in_what_is_not_there() -> None:
    text = "base: &base {x: 1, y: 2}\na:\n  y: 3\n  <<: *base\n"
    assert value(text) == {"y": 3, "x": 1}


def test_of_several_merges_the_first_wins() -> None:
    assert value("p: &p {x: 1}\nq: &q {x: 2, y: 2}\na: {<<: [*p, *q]}\n") == {"x": 1, "y": 2}


def test_a_merge_of_a_text_is_refused() -> None:
    with pytest.raises(ConfigError, match="`<<` takes a mapping or a list of mappings"):
        parsed("a: {<<: b}")


def test_a_key_that_is_a_list_is_refused() -> None:
    with pytest.raises(ConfigError, match="a key must be plain text"):
        parsed("? [a]\n: b")


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!!set", "!!timestamp", "!!binary", "!mine"]
)
def test_tags_that_make_objects_are_refused(tag: str) -> None:
    with pytest.raises(ConfigError, match=r"the tag `.*` is not allowed"):
        parsed(f"a: {tag} {{b: 1}}")


def test_tags_of_plain_values_are_allowed() -> None:
    assert value("a: !!str 7") == "7"


def test_a_tag_that_does_not_fit_its_value_is_refused() -> None:
    with pytest.raises(ConfigError, match="a: `seven` is no whole number"):
        parsed("a: !!int seven")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_ten_thousand_levels_are_refused(opening: str) -> None:
    with pytest.raises(ConfigError, match="nested more than 50 levels deep"):
        parsed(opening * 10_000)


def test_fifty_levels_are_read() -> None:
    assert parsed("[" * 50 + "]" * 50).value


def test_too_many_values_are_refused() -> None:
    with pytest.raises(ConfigError, match=f"more than {MOST_VALUES} values"):
        parsed("[" + "x," * (2 * MOST_VALUES + 1) + "]")


def test_a_bomb_of_merges_is_refused() -> None:
    levels = [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 12)]
    with pytest.raises(ConfigError, match="once all aliases are written out"):
        parsed("\n".join(["a0: &a0 {}", *levels]))


@pytest.mark.parametrize("text", ["a: &x [*x]", "a: &x {<<: *x}", "a: &x {b: *x}"])
def test_an_alias_of_itself_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="levels deep once aliases are written out"):
        parsed(text)


@pytest.mark.parametrize("text", ["%YAML 1." + "9" * 5000 + "\n---\na: 1", 'a: "\\UFFFFFFFF"', 'a: "\\ud800"'])
def test_what_no_string_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"out of range|no character"):
        parsed(text)


@pytest.mark.parametrize("number", ["9" * 5000, "1e999", "-1e999"])
def test_numbers_that_json_cannot_carry_are_refused(number: str) -> None:
    with pytest.raises(ConfigError, match="of a sensible size"):
        parsed(f"a: {number}")


def test_every_value_knows_where_it_and_its_key_are() -> None:
    node = parsed("agents:\n  - id: ann\n    tools: [search]\n").value["agents"].value[0].value["tools"]
    assert (node.key.line, node.key.column) == (3, 5)
    assert (node.mark.line, node.mark.column) == (3, 12)
    assert node.value[0].path == ("agents", 0, "tools", 0)
    assert node.value[0].mark.column == 13


def test_a_place_shows_no_secret_and_keeps_its_column() -> None:
    secret = "sk-proj-0123456789abcdef0123456789"
    place = Text("council.yaml", f"a: {{key: {secret}, b: \x1b[31m}}").place(1, 47)
    assert place.text == f"a: {{key: {'*' * len(secret)}, b: \N{REPLACEMENT CHARACTER}[31m}}"


@pytest.mark.parametrize(("text", "expected"), [("off", "off"), ("7", 7), ("'7'", "7"), ("", None), ("a: b", "a: b")])
def test_a_scalar_on_its_own_means_what_it_means_in_a_file(text: str, expected: object) -> None:
    assert scalar(text) == expected
