"""A choice among lettered options: the letter, however it is stated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .text import canonical_text, unified

# A bare letter needs an end, or a word like `because`, after it: "A dog" is prose.
LETTER = r"""
    (?P<open>[(\[{*"'`$]{0,5}) (?P<letter>[A-Za-z]) (?![\w'^=+\#]|-\w|\.\w|\s*[=^+])
    (?: (?P<closed>[)\]}*"'`$.,:;!]) | (?=\s*\Z|\s*\n|\s+[-(]|\s*/|\s+(?:or|and|&)\s)
      | (?=\s+(?:as|based|because|but|by|due|for|given|is|since|thanks|where|which|while)\b) )
"""
FILLERS = (
    r"(?:(?:is|was|be|would|should|must|will|final|correct|the|option|choice|letter|answer|text|textbf|mathrm)\b\W{0,8})"
    r"{0,5}"
)
ANOTHER = re.compile(
    r"""[)\]}*"'`$]{0,5} (?: (?:\s?,)?\s(?:or|and)\s | \s?[/&,]\s? ) (?:option\s)? [(\[*"'`$]{0,5}
    (?: (?<!,\s)(?<!,)[A-HJ-Z]\b | [A-Za-z](?: [)\]}*"'`$.,;:!] | \s*\Z | \s*\n ) )""",
    re.VERBOSE,
)
ANSWERED = re.compile(rf"(?i:\banswers?\b\W{{0,8}}{FILLERS})(?<!\w){LETTER}", re.VERBOSE)
BOXED = re.compile(
    r"\\boxed\s{0,4}\{\W{0,4}(?:\\?(?:text|textbf|mathrm|mathbf)\s?\{)?\W{0,4}(?P<letter>[A-Za-z])\W{0,4}\}"
)
ALONE = re.compile(r"^[^\w\n]{0,9}(?P<letter>[A-Za-z])[^\w\n]{0,9}$", re.MULTILINE)
CHOSEN = re.compile(rf"(?i:\b(?:option|choice|choose|pick|select)\b\W{{0,8}}{FILLERS})(?<!\w){LETTER}", re.VERBOSE)
LABELLED = re.compile(r"^[ \t*(\[]{0,6}(?P<letter>[A-Z])[*]{0,3}[).\]:][ \t*]", re.MULTILINE)


def canonical_choice(text: str) -> str:
    """The letter chosen, in upper case: the last one that is boxed, stated as the answer or alone on a line; else the
    last one after a word like `option`; else the one label (`B) Paris`) in the text.

    A statement of two letters ("A or B") is no choice.
    """
    plain = unified(text)
    labels = set(LABELLED.findall(plain))
    for letters in (_stated(plain), _letters(CHOSEN, plain), {0: labels.pop()} if len(labels) == 1 else {}):
        if letters:
            chosen = letters[max(letters)]
            return f"choice\n{chosen}" if chosen else canonical_text(text)
    return canonical_text(text)


def _stated(text: str) -> dict[int, str]:
    return {**_letters(ALONE, text), **_letters(BOXED, text), **_letters(ANSWERED, text)}


def _letters(pattern: re.Pattern[str], text: str) -> dict[int, str]:
    """The letters stated, by their positions; empty where two are stated at once."""
    return dict(_statements(pattern, text))


def _statements(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    for found in pattern.finditer(text):
        end = found.end("letter")
        several = pattern in (ANSWERED, CHOSEN) and ANOTHER.match(text, end)
        yield found.start("letter"), "" if several else found["letter"].upper()
