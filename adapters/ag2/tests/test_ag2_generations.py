"""Which generation an environment has: classic of before 0.14.1, which was `ag2`, or both of today."""

from __future__ import annotations

import asyncio

import pytest
from massgen_hub import Hub
from massgen_hub.errors import ConfigError
from massgen_hub.testing import draft, say
from massgen_hub_ag2 import generations
from massgen_hub_ag2.generations import advice


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


FOR_1X = 'environment: {requires: ["ag2[openai]>=1.2"]}'


def test_code_of_1_x_is_told_the_environment_that_it_needs(installed) -> None:
    missing = ModuleNotFoundError("No module named 'ag2'", name="ag2")
    installed(ag2="0.13.4", autogen="0.13.4")
    assert advice(missing) == f"this is code for AG2 1.x, and here is classic 0.13.4: write `{FOR_1X}`"


def test_code_of_1_x_whose_client_needs_another_openai_is_told_so(installed) -> None:
    installed(ag2="1.2.1", autogen="0.14.1", openai="2.54.0")
    unfit = ImportError('OpenAIConfig requires optional dependencies. Install with `pip install "ag2[openai]"`')
    assert advice(unfit) == f"this is code for AG2 1.x, and openai 2.54.0 is here for classic: write `{FOR_1X}`"


def test_code_of_another_classic_is_told_how_to_name_its_version(tmp_path) -> None:
    (tmp_path / "older.py").write_text("from autogen import config_list_from_json\n")
    config = tmp_path / "older.yaml"
    config.write_text('agents: [{type: ag2, agent: "older:agent", environment: worker}]')
    with pytest.raises(ConfigError, match="cannot import name 'config_list_from_json'") as refused:
        asyncio.run(Hub(config, runs=tmp_path).run("Who are you?"))
    assert 'environment: {requires: ["autogen[openai]==VERSION"]}' in refused.value.hint


def test_other_modules_that_are_missing_are_none_of_its_business() -> None:
    assert advice(ModuleNotFoundError("No module named 'pandas'", name="pandas")) == ""
