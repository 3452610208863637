"""From JSON Schema to a grammar that makes a small model write valid JSON, and nothing else.

The texts have no free whitespace, which small models waste their tokens on, and are bounded: strings, lists and
numbers all end. A grammar may allow less than its schema, never more, as far as the schema is understood; what is not
understood becomes any small JSON value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import ceil, comb, floor

from massgen_hub.contract import JSON

LONGEST = 400
"""Characters of a string for which the schema sets no limit, or a higher one."""

MANY = 4
"""Items of a list, or members of an object, for which the schema sets no limit."""

SHORT = 60
"""Characters of a string where any value may stand."""

MOST_ORDERS = 200
"""Alternatives that a list of distinct labels may take up: six labels in every order, of more only the first places."""

WIDEST_RANGE = 100
"""A range of numbers up to this wide is written out, whole numbers only."""

CHARACTER = r'[^"\\\x00-\x1f\x7f] | "\\" ["\\nt]'
FIRST_CHARACTER = r'[^"\\\x00-\x20\x7f]'
KEY = r'"\"" [a-zA-Z_] [a-zA-Z0-9_]{0,30} "\""'
DIGITS = '("0" | [1-9] [0-9]{0,8})'
FRACTION = '("." [0-9]{1,6})?'

ANY_OBJECT: Mapping[str, JSON] = {"type": "object"}


def json_grammar(schema: Mapping[str, JSON]) -> str:
    """The grammar (GBNF) of the JSON texts of a schema."""
    rules = _Rules()
    return rules.text(_Schema(schema, rules).value(schema))


def call_grammar(tools: Mapping[str, Mapping[str, JSON]]) -> str:
    """The grammar of one call, `NAME{ARGUMENTS}`, of tools given as name to schema; of one tool only `{ARGUMENTS}`."""
    rules = _Rules()
    arguments = {name: _Schema(schema, rules).value(schema) for name, schema in tools.items()}
    if len(arguments) == 1:
        return rules.text(*arguments.values())
    return rules.text(_either(f"{_quoted(name)} {rule}" for name, rule in arguments.items()))


class _Rules:
    """The rules of a grammar, equal ones once."""

    def __init__(self) -> None:
        self._bodies: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def add(self, body: str) -> str:
        """The name of the rule with this body."""
        if body not in self._names:
            self._names[body] = self.reserve()
            self._bodies[self._names[body]] = body
        return self._names[body]

    def reserve(self) -> str:
        """A name whose rule is filled in later, because it may refer to itself."""
        name = f"r{len(self._bodies)}"
        self._bodies[name] = ""
        return name

    def fill(self, name: str, body: str) -> None:
        self._bodies[name] = body

    def text(self, root: str) -> str:
        lines = [f"{name} ::= {body}" for name, body in self._bodies.items()]
        return "\n".join([f"root ::= {root}", *lines])


class _Schema:
    """Adds the rules of one schema. Every method gives a name or a literal: something that can stand in a row."""

    def __init__(self, root: Mapping[str, JSON], rules: _Rules) -> None:
        self._root, self._rules = root, rules
        self._references: dict[str, str] = {}

    def value(self, schema: JSON) -> str:
        if not isinstance(schema, Mapping):
            return self._anything()
        if "$ref" in schema:
            return self._reference(schema["$ref"])
        if schema.get("nullable"):
            return self._one_of([self.value({**schema, "nullable": False}), '"null"'])
        if "const" in schema:
            return _literal(schema["const"])
        if "enum" in schema:
            return self._one_of([_literal(value) for value in schema["enum"]])
        for word in ("anyOf", "oneOf", "allOf"):
            if schema.get(word):
                branches = schema[word][:1] if word == "allOf" else schema[word]
                return self._one_of([self.value(branch) for branch in branches])
        return self._typed(schema)

    def _typed(self, schema: Mapping[str, JSON]) -> str:
        kind = schema.get("type") or ("object" if "properties" in schema else "any")
        if isinstance(kind, list):
            return self._one_of([self.value({**schema, "type": one}) for one in kind])
        match kind:
            case "object":
                return self._object(schema)
            case "array":
                return self._array(schema)
            case "string":
                return self._string(schema)
            case "integer" | "number":
                return self._number(schema, FRACTION if kind == "number" else "")
            case "boolean":
                return self._one_of(['"true"', '"false"'])
            case "null":
                return '"null"'
        return self._anything()

    def _reference(self, pointer: str) -> str:
        if pointer not in self._references:
            name = self._references[pointer] = self._rules.reserve()
            self._rules.fill(name, self.value(_at(self._root, pointer)))
        return self._references[pointer]

    def _one_of(self, choices: Sequence[str]) -> str:
        return choices[0] if len(choices) == 1 else self._rules.add(_either(choices))

    def _object(self, schema: Mapping[str, JSON]) -> str:
        if "properties" not in schema:
            return self._map(schema.get("additionalProperties"))
        members = {name: f'{_literal(name)} ":" {self.value(one)}' for name, one in schema["properties"].items()}
        required = schema.get("required", ())
        needed = [member for name, member in members.items() if name in required]
        optional = [member for name, member in members.items() if name not in required]
        return self._rules.add(f'"{{" {_members(needed, optional)} "}}"')

    def _map(self, values: JSON) -> str:
        if values is False:
            return '"{}"'
        member = f'{self._rules.add(KEY)} ":" {self.value(values)}'
        return self._rules.add(f'"{{" {_repeated(member, 1, MANY)} "}}"')

    def _array(self, schema: Mapping[str, JSON]) -> str:
        low = schema.get("minItems", 0)
        high = schema.get("maxItems", max(low, MANY))
        items = schema.get("items")
        if schema.get("uniqueItems") and isinstance(items, Mapping) and "enum" in items:
            labels = tuple(_literal(label) for label in items["enum"])
            places = _places(len(labels), low, min(high, len(labels)))
            if places:
                return self._rules.add(f'"[" {self._distinct(labels, low, places)}')
        return self._rules.add(f'"[" {_repeated(self.value(items), low, high)} "]"')

    def _distinct(self, labels: tuple[str, ...], low: int, high: int) -> str:
        """Distinct labels up to the closing bracket; rules are shared by the set of labels that are left."""

        @cache
        def rest(left: tuple[str, ...]) -> str:
            taken = len(labels) - len(left)
            comma = '"," ' if taken else ""
            end = ['"]"'] if taken >= low else []
            free = left if taken < high else ()
            more = [f"{comma}{label} {rest(tuple(one for one in left if one != label))}" for label in free]
            return self._rules.add(_either([*end, *more]))

        return rest(labels)

    def _string(self, schema: Mapping[str, JSON]) -> str:
        """Not empty and not blank where the schema leaves room: an empty answer helps nobody."""
        longest = min(schema.get("maxLength", LONGEST), LONGEST)
        shortest = max(schema.get("minLength", 1), 1)
        if not longest:
            return _literal("")
        first, character = self._rules.add(FIRST_CHARACTER), self._rules.add(CHARACTER)
        more = f"{character}{{{shortest - 1},{max(longest, shortest) - 1}}}"
        return self._rules.add(f'"\\"" {first} {more} "\\""')

    def _number(self, schema: Mapping[str, JSON], fraction: str) -> str:
        low, high = schema.get("minimum"), schema.get("maximum")
        if low is not None and high is not None and 0 <= floor(high) - ceil(low) <= WIDEST_RANGE:
            return self._one_of([_literal(number) for number in range(ceil(low), floor(high) + 1)])
        sign = "" if low is not None and low >= 0 else '"-"? '
        return self._rules.add(f"{sign}{DIGITS} {fraction}")

    def _anything(self) -> str:
        scalar = self._one_of(
            [self._string({"maxLength": SHORT}), self._number({}, FRACTION), '"true"', '"false"', '"null"']
        )
        items = self._rules.add(f'"[" {_repeated(scalar, 0, MANY)} "]"')
        member = f'{self._rules.add(KEY)} ":" {scalar}'
        return self._one_of([scalar, items, self._rules.add(f'"{{" {_repeated(member, 0, MANY)} "}}"')])


def _members(needed: Sequence[str], optional: Sequence[str]) -> str:
    """Members with commas between them, the needed ones first; of the others any, in their order."""
    tails = [f'("," {member})?' for member in optional]
    if needed:
        return " ".join([' "," '.join(needed), *tails])
    starts = [" ".join([member, *tails[place + 1 :]]) for place, member in enumerate(optional)]
    return f"({_either(starts)})?" if starts else ""


def _repeated(item: str, low: int, high: int) -> str:
    if high < 1:
        return ""
    several = f'{item} ("," {item}){{{max(low, 1) - 1},{high - 1}}}'
    return several if low else f"({several})?"


def _places(labels: int, low: int, high: int) -> int:
    """How many places of a ranking fit into a grammar; 0 where those that the schema demands do not."""
    for places in range(high, 0, -1):
        orders = sum(comb(labels, taken) * (labels - taken) for taken in range(places))
        if orders <= MOST_ORDERS or places == 1:
            return places if places >= low else 0
    return 0


def _at(root: Mapping[str, JSON], pointer: str) -> JSON:
    """What a local reference points at; None for one that points nowhere."""
    place: JSON = root
    for name in pointer.removeprefix("#").split("/")[1:]:
        place = place.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(place, Mapping) else None
    return place


def _either(choices: Iterable[str]) -> str:
    return " | ".join(choices)


def _literal(value: JSON) -> str:
    """A JSON value as it must be written."""
    return _quoted(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
