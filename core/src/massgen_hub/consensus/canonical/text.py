"""Free text: what is written differently and says the same. Careful, so that what says something else stays apart."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

MOST_MARKS = 30  # the limit of Unicode's stream-safe format (UAX #15): sorting more is quadratic
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"
RAISED = re.compile(f"[{SUPERSCRIPTS}]+")
LOWERED = re.compile(rf"(?<=\d)[{SUBSCRIPTS}]+")
VULGAR = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
VARIANTS = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"')
    | dict.fromkeys("‘’‚‛′", "'")
    | dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | {"⁄": "/"}
    | dict.fromkeys("\u00ad\u200b\u2060\ufeff")
)
LONGEST = 100_000  # one character may become 18
MARKS = ("***", "**", "*", "```", "`", '"', "'")


def canonical_text(text: str) -> str:
    """Without regard to compatibility characters, case, white space, variants of quotes and dashes, quotes or emphasis
    around the whole, a closing full stop, and an exclamation mark that closes a word."""
    folded = unified(unified(text).casefold())
    return _bare(" ".join(folded.split()))


def unified(text: str) -> str:
    """The text in Unicode's NFKC, with one kind of quotes and dashes and without invisible characters.

    Raised digits keep their meaning: `10²` becomes `10^2`, not `102`. A text of more than 100,000 characters, or with
    absurd runs of combining marks, is not normalised.
    """
    if text.isascii():
        return text
    text = RAISED.sub(lambda found: f"^{found[0]}", text)
    text = VULGAR.sub(" ", LOWERED.sub(lambda found: f"_{found[0]}", text))
    if len(text) <= LONGEST and _most_marks(text) <= MOST_MARKS:
        text = unicodedata.normalize("NFKC", text)
    return text.translate(VARIANTS)


def _most_marks(text: str) -> int:
    """The length of the longest run of combining marks."""
    runs = groupby(text, lambda char: unicodedata.combining(char) > 0)
    return max((sum(1 for _ in run) for combines, run in runs if combines), default=0)


def _bare(text: str) -> str:
    """Without what is around the whole of it. What is nothing else stays as it is."""
    while True:
        inner = _unwrapped(_without_closing(text)).strip()
        if not inner or inner == text:
            return text
        text = inner


def _unwrapped(text: str) -> str:
    for mark in MARKS:
        inner = text[len(mark) : -len(mark)]
        if inner and text.startswith(mark) and text.endswith(mark) and mark[0] not in inner:
            return inner
    return text


def _without_closing(text: str) -> str:
    """`Yes!` is `yes`; `5!` and `n!` are factorials."""
    closed = text.rstrip(" .。")
    called = closed.rstrip("!")
    return called if len(called) > 1 and called[-2:].isalpha() else closed
