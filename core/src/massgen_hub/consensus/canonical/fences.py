"""Fenced blocks of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPENING = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)")


@dataclass(frozen=True, kw_only=True)
class Block:
    """What stands between two fences; `language` in lower case, empty where none is named."""

    language: str
    text: str


def fenced(text: str) -> Iterator[Block]:
    """The fenced blocks of a text, in order. One that is never closed goes on to the end."""
    lines = iter(text.split("\n"))
    for line in lines:
        if opening := OPENING.match(line):
            yield Block(language=opening[2].lower(), text="\n".join(_until_closed(lines, opening)))


def _until_closed(lines: Iterator[str], opening: re.Match[str]) -> Iterator[str]:
    """The lines up to the closing fence, without the white space by which the fence is indented."""
    fence, margin = opening[1], opening.start(1)
    for line in lines:
        bare = line.strip()
        if len(bare) >= len(fence) and not bare.strip(fence[0]):
            return
        yield line[margin:] if not line[:margin].strip() else line
