"""What makes answers equal. Each row is one thing that two people would call the same answer, or not."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massgen_hub.consensus.canonical import CANONICAL, canonical_choice, canonical_code, canonical_text

FORMS = sorted(CANONICAL)
MEGABYTE = 1_000_000

EQUAL = {
    "text": [
        ("Paris", "  paris. "),
        ("The ﬁrst", "the first"),
        ("STRASSE", "Straße"),
        ("**Paris**", "Paris"),
        ("“Paris”", '"Paris"'),
        ('"Paris"', "Paris"),
        ("`x`", "x"),
        ("it’s", "it's"),
        ("10–20", "10-20"),
        ("New\n\tYork", "new york"),
        ("New\u00a0York", "New York"),
        ("Pa\u200bris", "Paris"),
        ("Paris!", "Paris"),
    ],
    "choice": [
        ("B", "(b)"),
        ("**B**", "Answer: B"),
        ("the answer is option B.", r"\boxed{B}"),
        (r"$\boxed{\text{B}}$", "B) Paris"),
        ("**(B)** Paris", "The answer is **B**."),
        ("Ｂ", "B"),
        ("I think A, no.\nFinal answer: C", "C"),
        ("I considered option A, but the answer is B", "B"),
        ("The answer is B, not option A.", "B"),
        ("Answer: A, I think", "A"),
        ("The answer is A because dogs bark.", "A"),
        ("Answer:\n\nD", "I choose D"),
        ("A\n\nOn reflection, the answer is B", "B"),
    ],
    "number": [
        ("It is 1,234.0", "#### 1234"),
        ("x = -0.50", "-5e-1"),
        ("0.5", "1/2"),
        ("50%", "1/2"),
        ("50 percent", r"\frac{1}{2}"),
        ("½", r"\boxed{\dfrac12}"),
        ("1½", r"1\frac{1}{2}"),
        ("1 1/2", "1.5"),
        ("\N{MINUS SIGN}7", "-7"),
        ("-$5", "$-5"),
        ("€ 5", "5 EUR"),
        ("5 km", "5m"),
        ("$1,234.50", "1234.5 USD"),
        ("3 million", "3e6"),
        ("2.5 × 10^6", r"$2.5 \times 10^{6}$"),
        (r"\boxed{1{,}000}", "1\u202f000"),
        (r"\boxed{42\text{ km}}", "42"),
        (r"90^\circ", "90°"),
        ("5²", "25"),
        ("6*7 = 42", "The answer is 42, since 6*7 = 42 and 5 is odd."),
        ("The answer is 42. I used 3 steps.", "42"),
        ("Answer: 3 + 4 = 7", "7"),
        ("#### 42\nThis took 5 steps", "42"),
    ],
    "json": [
        ('```json\n{"b": 1, "a": 2}\n```', '{"a": 2, "b": 1}'),
        ('{"a": 1.50}', '{"a":15e-1}'),
        ("[1, 1.0, 100]", "[1.0,1,1e2]"),
        ('Here it is: {"a": [1]}, see [2].', '{"a": [1]}'),
        ("[-0]", "[0.0]"),
        ('"\\u00e9"', '"é"'),
    ],
    "code": [
        ("Here:\n```python\nx = 1\n\ny = 2  \n```", "```\nx=1  # one\ny = (2)\n```"),
        ("```py\nx = 1\n```\nand then\n```py\ny = 2\n```", "x = 1\ny = 2"),
        ('def f():\n  """Say it."""\n  return \'a\'', 'def f():\n    return "a"'),
        ("- first:\n  ```python\n  if x:\n      y()\n  ```", "if x:\n    y()"),
        ("~~~js\nlet x;  \n\n~~~", "```js\r\nlet x;\r\n```"),
        ("```python\nx = 1", "x = 1"),
    ],
}

DIFFERENT = {
    "text": [
        ("Paris", "Paris, France"),
        ("no", "not no"),
        ("no", "no?"),
        ("5!", "5"),
        ("10²", "102"),
        ("__init__", "init"),
        ("*a* and *b*", "a and b"),
        ("...", "!"),
    ],
    "choice": [
        ("Answer: A", "Answer: B"),
        ("A or B", "A"),
        ("Answer: A or B", "B"),
        ("A/B", "A"),
        ("Answer: A, B", "Answer: B"),
        ("The answer is (A) or (B)", "A"),
        ("A) London\nB) Paris", "B"),
        ("A dog is an animal", "A"),
        ("The answer is a dog", "A"),
        ("The answer is not B", "B"),
        ("Answer: C++", "C"),
        ("The answer is vitamin C", "C"),
    ],
    "number": [
        ("41", "42"),
        ("5-6", "6"),
        ("between 5 and 6", "6"),
        ("5 or 6", "6"),
        ("7 - 2", "2"),
        ("The answer is 3 + 4", "3"),
        ("2024-05-06", "6"),
        ("12:30", "30"),
        ("1.2.3", "3"),
        ("1,2", "2"),
        ("3,14", "3.14"),
        ("3,14", "14"),
        ("1 000", "0"),
        (r"\boxed{2\pi}", "2"),
        (r"\boxed{\sqrt{2}}", "2"),
        ("3x", "3"),
        ("0x1F", "0"),
        ("1/0", "0"),
        ("50%", "50"),
        ("0.1", "0.10000000000000001"),
        ("H2O", "2"),
        ("nan", "0"),
    ],
    "json": [
        ("[1, 2]", "[2, 1]"),
        ("[true]", "[1]"),
        ('["1"]', "[1]"),
        ('{"a": 1, "a": 2}', '{"a": 2}'),
        ('{"a": {"x": 1}, "a": 2}', '{"x": 1}'),
        ("[NaN]", "[null]"),
        ("[" * 200 + "]" * 200, "[]"),
    ],
    "code": [
        ("```\nif x:\n    y()\n```", "```\nif x:\ny()\n```"),
        ("x = 1", "x = 1.0"),
        ("'a'", "'b'"),
        ("x = 1", "y = 1"),
        ("```js\nlet x = 'a  b'\n```", "```js\nlet x = 'a b'\n```"),
        ("'''a'''\n0", "'''a'''"),
    ],
}


def rows(table):
    return [
        pytest.param(form, *pair, id=f"{form}: {pair[0][:30]!r} {pair[1][:30]!r}")
        for form in table
        for pair in table[form]
    ]


@pytest.mark.parametrize(("form", "one", "other"), rows(EQUAL))
def test_what_says_the_same_is_equal(form, one, other):
    assert CANONICAL[form](one) == CANONICAL[form](other)


@pytest.mark.parametrize(("form", "one", "other"), rows(DIFFERENT))
def test_what_says_something_else_is_not(form, one, other):
    assert CANONICAL[form](one) != CANONICAL[form](other)


@pytest.mark.parametrize("form", ["choice", "number", "json"])
def test_an_answer_without_the_form_asked_for_is_compared_as_text(form):
    assert CANONICAL[form]("No idea.") == canonical_text("no idea")


@pytest.mark.parametrize("form", FORMS)
@given(st.text())
def test_no_text_breaks_a_form(form, text):
    assert isinstance(CANONICAL[form](text), str)


WORDS = ["answer", "is", "option", "not", "or", "and", "a", "A", "b", "B)", "Paris", "é", "python", "null", "million"]
SIGNS = [*"{}[]()<>,.-/%$^=*'\":!?_²½×", "**", "```", "~~~", "####"]
LATEX = [r"\boxed{", r"\frac", r"\sqrt", r"\text{", "1", "2.5", "1e9", "0"]
PIECES = st.sampled_from(WORDS + SIGNS + LATEX)


@pytest.mark.parametrize("form", FORMS)
@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "\n"]))))
def test_a_text_has_the_form_asked_for_or_is_compared_as_text(form, pieces):
    text = "".join(piece + gap for piece, gap in pieces)
    found = CANONICAL[form](text)
    assert found.startswith(f"{form}\n") or found == canonical_text(text)


@given(st.text())
def test_the_canonical_form_of_a_text_is_its_own_canonical_form(text):
    assert canonical_text(canonical_text(text)) == canonical_text(text)


@given(st.fractions(max_denominator=10**6))
def test_a_number_is_the_same_as_a_fraction_and_with_thousands_separators(value):
    number = CANONICAL["number"]
    assert number(f"{value.numerator}/{value.denominator}") == number(
        f"It is {value.numerator:,}/{value.denominator} km."
    )


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_is_the_same_in_scientific_notation(value):
    number = CANONICAL["number"]
    assert number(f"{value:f}") == number(f"{value:e}") == number(f"Answer: {value:f}.")


@given(
    st.sampled_from("ABCDEFGHIJ"),
    st.sampled_from(["{}", "({})", "**{}**", "Answer: {}", "The answer is {}.", r"\boxed{{{}}}"]),
)
def test_a_letter_is_a_choice_in_whatever_dress(letter, dress):
    assert (
        canonical_choice(dress.format(letter)) == canonical_choice(dress.format(letter.lower())) == f"choice\n{letter}"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_a_json_value_is_the_same_however_it_is_laid_out(value):
    plain, wide = json.dumps(value), json.dumps(value, indent=3, sort_keys=True, ensure_ascii=False)
    form = CANONICAL["json"]
    assert form(plain) == form(wide) == form(f"```json\n{wide}\n```")


def test_code_is_never_executed(tmp_path):
    planted = tmp_path / "planted"
    canonical_code(f"```python\nopen({str(planted)!r}, 'w')\n```")
    assert not planted.exists()


def test_python_that_the_parser_refuses_is_compared_by_its_lines(recwarn):
    hostile = [
        "(" * 10_000,
        "-" * 100_000 + "1",
        "1" + "+1" * 10_000,
        "9" * 10_000,
        "\0",
        "x = '\\d' 1",
        "0x" + "f" * 9000,
    ]
    assert len({canonical_code(text) for text in hostile}) == len(hostile)
    assert not recwarn.list


HOSTILE = (
    *("[", '{"a":', "1,", "9", "answer ", "answer is a ", "option (", r"\boxed{", "#### 1 ", "```\n", "B\n", "A) x\n"),
    *("\u0300", "a\u0300\u0316", "\ufdfa", "1\u00a0", r"\frac{", "“", "*", " ", "!.", "x=1\n"),
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
def test_a_hostile_megabyte_takes_seconds_where_quadratic_time_would_be_hours(form, unit):
    begun = time.process_time()
    CANONICAL[form]((unit * MEGABYTE)[:MEGABYTE] + "x")
    assert time.process_time() - begun < 30
