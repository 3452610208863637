"""Code: Python by its syntax tree, everything else by its lines. It is parsed, never executed."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator

from .fences import Block, fenced

PYTHON = frozenset({"", "py", "python", "python3", "py3"})
LONGEST_PARSED = 100_000
DEEPEST = 100
WITHOUT_MEANING = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


def canonical_code(text: str) -> str:
    """The fenced blocks, or all of the text where there are none.

    Python is compared by its syntax tree: formatting, comments and docstrings do not matter, names do. Other code, and
    Python that does not parse, is too long or too deep, is compared without blank lines and trailing white space.
    """
    text = text.replace("\r\n", "\n")
    blocks = list(fenced(text)) or [Block(language="", text=text)]
    return "code\n" + "\n".join(part for block in blocks for part in _block(block))


def _block(block: Block) -> Iterable[str]:
    tree = _parsed(block.text) if block.language in PYTHON else None
    if tree is not None:
        try:
            return [_dumped(statement) for statement in _without_docstrings(tree).body]
        except ValueError:
            pass
    return [line.rstrip() for line in block.text.split("\n") if line.strip()]


def _parsed(text: str) -> ast.Module | None:
    """The syntax tree, or None where Python cannot make one of it."""
    if len(text) > LONGEST_PARSED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and _has_docstring(node):
            node.body = node.body[1:]
    return tree


def _has_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether there is one that stands before something else: a text alone may be the answer."""
    first = node.body[0] if len(node.body) > 1 else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def _dumped(tree: ast.AST) -> str:
    """A tree as one line, the same in every version of Python: what is empty is left out. Without recursion, because
    `ast.dump` and `ast.unparse` have limits that depend on who calls them. Raises ValueError where it is too deep."""
    parts: list[str] = []
    left: list[tuple[int, object]] = [(0, tree)]
    while left:
        depth, item = left.pop()
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        if isinstance(item, ast.AST):
            parts.append(f"{type(item).__name__}(")
            left.append((depth, _Mark(")")))
            left += [(depth + 1, child) for child in reversed(list(_children(item)))]
        elif isinstance(item, list):
            parts.append("[")
            left.append((depth, _Mark("]")))
            left += [(depth, child) for child in reversed(item)]
        else:
            parts.append(item.text if isinstance(item, _Mark) else _constant(item))
    return " ".join(parts)


class _Mark:
    """Punctuation of a dump, to tell it from a constant."""

    def __init__(self, text: str) -> None:
        self.text = text


def _children(node: ast.AST) -> Iterator[object]:
    """The names of the fields that hold something, each followed by what it holds."""
    for name, value in ast.iter_fields(node):
        if name not in WITHOUT_MEANING and value is not None and value != []:
            yield _Mark(f"{name}=")
            yield value


def _constant(value: object) -> str:
    """A constant. Decimal digits of a very large integer would take quadratic time."""
    return hex(value) if type(value) is int else repr(value)
