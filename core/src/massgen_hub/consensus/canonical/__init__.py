"""What makes answers equal: two answers are, where their canonical forms are the same text.

So equality is an equivalence by construction. Every form is a pure function from any text to a text, linear in its
length; nothing in an answer is ever executed. An answer that does not have the form asked for is compared as text.
"""

from collections.abc import Callable, Mapping

from ..settings import AnswerForm
from .choice import canonical_choice
from .number import canonical_number
from .source import canonical_code
from .text import canonical_text
from .value import canonical_json

CANONICAL: Mapping[AnswerForm, Callable[[str], str]] = {
    "text": canonical_text,
    "choice": canonical_choice,
    "number": canonical_number,
    "json": canonical_json,
    "code": canonical_code,
}

__all__ = ["CANONICAL", "canonical_choice", "canonical_code", "canonical_json", "canonical_number", "canonical_text"]
