"""Pydantic checks; what it finds is said in our words, at the place where it was written."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..errors import ConfigError
from ..hints import did_you_mean
from ..problems import problems
from .source import Node
from .words import described, dotted, listed

M = TypeVar("M", bound=BaseModel)

_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dataclass_type": "a mapping",
    "none_required": "nothing",
}
_BOUNDS = {
    "greater_than": "must be greater than {gt}, got {got}",
    "greater_than_equal": "must be at least {ge}, got {got}",
    "less_than": "must be less than {lt}, got {got}",
    "less_than_equal": "must be at most {le}, got {got}",
    "too_short": "needs at least {min_length} of them, has {actual_length}",
    "too_long": "takes at most {max_length} of them, has {actual_length}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match `{pattern}`, got {got}",
    "multiple_of": "must be a multiple of {multiple_of}, got {got}",
}


@dataclass(frozen=True, kw_only=True)
class _Finding:
    """One thing that pydantic found. `known` is the part of its location that exists in the config."""

    node: Node
    known: int
    branch: tuple[Any, ...]
    missing: str
    error: Mapping[str, Any]

    @property
    def order(self) -> tuple[bool, int, int]:
        """Their order in the text; what is missing comes last, because a misspelt key may be the reason."""
        mark = (self.node.key if self.error["type"] == "extra_forbidden" else None) or self.node.mark
        return (bool(self.missing), mark.line, mark.column) if mark else (bool(self.missing), 0, 0)


def checked(model: type[M], node: Node, data: Any, also: Collection[str] = ()) -> M:
    """The data as a model. `node` is where the data came from; `also` are further names to suggest for a typo.

    Raises `ConfigError` for the first thing that is wrong, in the order of the text.
    """
    try:
        return model.model_validate(data)
    except ValidationError:
        raise told(problems(model, data), node, also) from None


def told(found: Sequence[Mapping[str, Any]], node: Node, also: Collection[str] = ()) -> ConfigError:
    """The error for the first of some problems (see `problems`), in the order of the text."""
    return _said(min(_findings(found, node), key=lambda finding: finding.order), also)


def missing(node: Node, key: str, hint: str = "") -> ConfigError:
    """The error for a key that a mapping has to have. It is about a slip of it, if there is one."""
    for written, child in node.mapping().items():
        if slip := did_you_mean(written, [key], cutoff=0.7):
            return child.error("unknown key", hint=slip, at_key=True)
    return _absent(node, key, hint)


def _absent(node: Node, key: str, hint: str = "") -> ConfigError:
    return ConfigError(f"{dotted((*node.path, key))}: missing key", place=node.place, hint=hint)


def _findings(found: Sequence[Mapping[str, Any]], node: Node) -> list[_Finding]:
    """What was found. Of the branches of a union only the one that came farthest speaks."""
    best: dict[tuple[Any, ...], _Finding] = {}
    for error in found:
        finding = _located(error, node)
        rival = best.get(finding.branch)
        if rival is None or finding.known > rival.known:
            best[finding.branch] = finding
    return list(best.values())


def _located(error: Mapping[str, Any], node: Node) -> _Finding:
    """Follow pydantic's location as far as it exists; what does not exist is a missing key or the tag of a union."""
    location, known, branch = tuple(error["loc"]), 0, None
    for depth, part in enumerate(location):
        child = node.child(part)
        if child is not None:
            node, known = child, known + 1
        elif branch is None and not (error["type"] == "missing" and depth == len(location) - 1):
            branch = location[:depth]
    missing = str(location[-1]) if error["type"] == "missing" else ""
    return _Finding(node=node, known=known, branch=branch or location, missing=missing, error=error)


def _said(finding: _Finding, also: Collection[str]) -> ConfigError:
    kind, node, context = finding.error["type"], finding.node, finding.error.get("ctx", {})
    if kind == "missing":
        return _absent(node, finding.missing)
    if kind == "union_tag_not_found":
        return _absent(node, context["discriminator"].strip("'"))
    if kind == "extra_forbidden":
        names = {*finding.error["names"], *(also if len(finding.error["loc"]) == 1 else ())}
        name = str(finding.error["loc"][-1])
        hint = did_you_mean(name, names) or f"known here: {listed(names)}"
        return node.error("unknown key", hint=hint, at_key=True)
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        return _not_one_of(node, context)
    return node.error(_sentence(finding), hint=_quotes(finding))


def _sentence(finding: _Finding) -> str:
    kind, context = finding.error["type"], finding.error.get("ctx", {})
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, got {described(finding.node.value)}"
    if kind in _BOUNDS:
        bounds = {name: int(bound) if bound == int(bound) else bound for name, bound in _numbers(context)}
        return _BOUNDS[kind].format(**{**context, **bounds}, got=described(finding.node.value))
    message = str(finding.error["msg"])
    return re.sub(r"^(Value|Assertion) (error|failed), ", "", message)


def _numbers(context: Mapping[str, Any]) -> list[tuple[str, float]]:
    return [(name, value) for name, value in context.items() if isinstance(value, float)]


def _quotes(finding: _Finding) -> str:
    number = isinstance(finding.node.value, (int, float))
    return "put it in quotes" if finding.error["type"] == "string_type" and number else ""


def _not_one_of(node: Node, context: Mapping[str, Any]) -> ConfigError:
    if "tag" in context:  # a union told apart by one of its keys
        node = node.child(context["discriminator"].strip("'")) or node
    allowed = re.findall(r"'([^']*)'", str(context.get("expected") or context.get("expected_tags")))
    near = did_you_mean(str(node.value), allowed)
    return node.error(f"expected one of {listed(allowed)}, got {described(node.value)}", hint=near)
