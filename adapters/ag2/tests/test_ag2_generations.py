"""Which generation an environment has: classic of before 0.14.1, which was `ag2`, or both of today."""

from __future__ import annotations

import pytest
from massgen_hub.errors import ConfigError
from massgen_hub.testing import draft, say
from massgen_hub_ag2 import generations


@pytest.fixture
def installed(monkeypatch):
    """`installed(ag2="0.13.4")`: what the environment holds, as far as its metadata tell."""
    return lambda **versions: monkeypatch.setattr(generations, "version", versions.__getitem__)


def test_a_classic_agent_is_opened_where_ag2_was_still_classic(take, installed) -> None:
    installed(ag2="0.13.4", autogen="0.13.4")
    assert take(draft(), {}, [say("Paris.")])[0].text == "Paris."


def test_two_distributions_of_classic_in_one_package_are_refused(take, installed) -> None:
    installed(ag2="0.13.4", autogen="0.14.1")
    with pytest.raises(ConfigError, match=r"ag2 0\.13\.4 and autogen 0\.14\.1") as refused:
        take(draft(), {}, [say("Paris.")])
    assert "autogen==0.13.4" in refused.value.hint


def test_an_agent_of_1_x_is_refused_where_ag2_was_still_classic(take, installed) -> None:
    installed(ag2="0.13.4", autogen="0.13.4")
    with pytest.raises(ConfigError, match=r"ag2 0\.13\.4 is classic") as refused:
        take(draft(), {"kind": "agent"}, [say("Paris.")])
    assert "ag2[openai]>=1.2" in refused.value.hint


def test_an_agent_of_1_x_is_refused_where_ag2_has_no_client_for_the_openai_that_is_there(take, monkeypatch) -> None:
    def raises(**config):
        raise ImportError("OpenAIConfig requires optional dependencies.")  # what AG2 puts in its place

    monkeypatch.setattr("ag2.config.OpenAIConfig", raises)
    with pytest.raises(ConfigError, match="has no client for openai") as refused:
        take(draft(), {"kind": "agent"}, [say("Paris.")])
    assert "ag2[openai]>=1.2" in refused.value.hint
