"""Usage in the words of servers."""

from types import SimpleNamespace

import pytest
from massgen_hub.contract import Usage
from massgen_hub.kit import usage_of

OPENAI = {"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 2}}


@pytest.mark.parametrize(
    "counted",
    [OPENAI, SimpleNamespace(**{**OPENAI, "prompt_tokens_details": SimpleNamespace(cached_tokens=2)})],
    ids=["mapping", "object"],
)
def test_openai_s_words(counted):
    assert usage_of(counted, "m") == Usage(input=7, output=3, cached=2, model="m")


def test_anthropic_s_words():
    assert usage_of({"input_tokens": 7, "output_tokens": 3}) == Usage(input=7, output=3)


@pytest.mark.parametrize("counted", [None, {}, {"prompt_tokens": 0, "completion_tokens": 0}, "unknown"])
def test_what_was_not_said_is_unknown_and_not_zero(counted):
    assert usage_of(counted) == Usage()
