"""How numbers are written: in plain text, with currencies and units, and in LaTeX."""

from __future__ import annotations

import re
from fractions import Fraction

from .text import unified

MOST_DIGITS = 1000
LARGEST_POWER = 1000
SCALES = {"hundred": 2, "k": 3, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
VARIABLES = frozenset("abceinxyzπ")
"""A letter right behind a number that is a factor, not a unit."""

REWRITTEN = (
    (re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))"), ","),
    (re.compile(r"(?<=\d)(?:\{,\}|\\,|\\!)(?=\d{3}(?!\d))"), ","),
    (re.compile(r"(?<=\d)(?=\\[dt]?frac\b)"), " "),  # `1\frac{1}{2}` is one and a half
    (re.compile(r"\\[dt]?frac\s?\{\s?([\d.,]{1,99})\s?\}\s?\{\s?([\d.,]{1,99})\s?\}"), r"\1/\2"),
    (re.compile(r"\\[dt]?frac\s?(\d)\s?(\d)"), r"\1/\2"),
    (re.compile(r"\\times\b|\\cdot\b|[×·]"), "*"),
    (re.compile(r"\^\s?\{?\s?\\circ\b\s?\}?"), "°"),
    (re.compile(r"\\([$%])"), r"\1"),
)
NUMBER = re.compile(
    r"""(?P<sign>(?<![\w)\]])[+-])? (?:[$€£¥]\s?(?P<minus>-)?)? (?<!\w)
    (?:(?P<whole>\d+)[ ](?=\d+/\d))?
    (?P<run>(?:\d+|(?<!\.)\.\d+)(?:[.,_:/-]\d+|[eE][+-]?\d+)*)
    (?:\s?[*x]\s?10\s?(?:\^|\*\*)\s?\{?(?P<ten>[+-]?\d+)\}?|\s?(?:\^|\*\*)\s?\{?(?P<power>-?\d+)\}?)?
    (?P<tail>\w*)
    (?:\s?(?P<percent>%|percent\b|per[ ]cent\b)|\s(?P<scale>hundred|thousand|million|billion|trillion)\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
DECIMAL = re.compile(
    r"(\d*|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?:_\d{3})+)(?:\.(\d+))?(?:e([+-]?\d+))?", re.IGNORECASE
)
BEFORE = re.compile(
    r"""(?: [\w)\]}](?:[-+/^']|\*\*?) | [\d)\]}]\s[-+*/]\s | [\d)\]}]\s | [\d)\]}]\s(?:or|to|and)\s | [√^]
    | \\(?!text|math|boxed|approx)[a-z]+\s?\{? )\Z""",
    re.VERBOSE | re.IGNORECASE,
)
"""What stands right before a number that is only a part of something."""
AFTER = re.compile(
    r"""[+*][\w(\\] | /[\d(\\] | \s[*/]\s?[\d(\\] | \s\+\s?[\w(\\] | \s-\s?[\d(\\] | \s(?:or|to|and)\s[-+$€£¥]?\.?\d
    | \s?[(]?\s?(?:√|\\(?:sqrt|pi|ln|log|cdot|left|sin|cos|tan|pm|infty)) | \s?\^ | \s?! | \s?±""",
    re.VERBOSE | re.IGNORECASE,
)
"""What stands right after one."""


def rewritten(text: str) -> str:
    """The text with one notation for fractions, products, degrees and thousands."""
    for pattern, plain in REWRITTEN[:1]:
        text = pattern.sub(plain, text)
    text = unified(text)
    for pattern, plain in REWRITTEN[1:]:
        text = pattern.sub(plain, text)
    return text


def mixed_up(found: re.Match[str]) -> bool:
    """Whether a number is a part of something else: of an expression, a range, a name."""
    before = found.string[max(0, found.start() - 12) : found.start()]
    tail = found["tail"]
    return bool(
        BEFORE.search(before)
        or AFTER.match(found.string, found.end())
        or tail.lower() in VARIABLES
        or any(char.isdigit() for char in tail)
    )


def value(found: re.Match[str]) -> Fraction | None:
    """The exact value of a number; None where it is written in no known way, or is too large."""
    try:
        number = _run(found["run"], found["whole"])
        number = _scaled(number, found["ten"])
        if found["power"]:
            number = _powered(number, found["power"])
    except (ValueError, ZeroDivisionError):
        return None
    number *= Fraction(10) ** SCALES.get((found["scale"] or found["tail"]).lower(), 0)
    number /= 100 if found["percent"] else 1
    return -number if (found["sign"] == "-") != (found["minus"] == "-") else number


def _run(run: str, whole: str | None) -> Fraction:
    if len(run) + len(whole or "") > MOST_DIGITS:
        raise ValueError("too many digits")
    above, slash, below = run.partition("/")
    number = _decimal(above) / _decimal(below) if slash else _decimal(above)
    return number + int(whole) if whole else number


def _decimal(written: str) -> Fraction:
    match = DECIMAL.fullmatch(written)
    if match is None:
        raise ValueError(f"no number: {written:.40}")
    decimals = match[2] or ""
    digits = match[1].replace(",", "").replace("_", "") + decimals
    return _scaled(Fraction(int(digits), 10 ** len(decimals)), match[3])


def _scaled(number: Fraction, power: str | None) -> Fraction:
    return number * Fraction(10) ** _small(power) if power else number


def _powered(number: Fraction, power: str) -> Fraction:
    exponent = _small(power)
    size = max(number.numerator.bit_length(), number.denominator.bit_length())
    if size * abs(exponent) > 3 * LARGEST_POWER:
        raise ValueError("too large")
    return number**exponent


def _small(power: str) -> int:
    if len(power) > 5 or abs(int(power)) > LARGEST_POWER:
        raise ValueError("too large")
    return int(power)
