"""`--set path=value`."""

from typing import Any

import pytest
from massgen_hub.config import load
from massgen_hub.errors import ConfigError

COUNCIL = """
agents:
  - {id: ann, type: echo, style: short}
  - {id: bob, type: echo}
"""


def test_an_override_replaces_a_value(write: Any, registry: Any) -> None:
    config = load(write(COUNCIL + "consensus: {rule: borda}"), registry, overrides=["consensus.rule=plurality"])
    assert config.settings.rule == "plurality"


def test_an_override_makes_the_mappings_it_needs(write: Any, registry: Any) -> None:
    assert load(write(COUNCIL), registry, overrides=["consensus.gate=off"]).settings.gate == "off"


def test_an_agent_is_found_by_its_index_or_its_id(write: Any, registry: Any) -> None:
    agents = load(write(COUNCIL), registry, overrides=["agents.0.style=long", "agents.bob.timeout=7"]).agents
    assert (agents[0].options.style, agents[1].timeout) == ("long", 7.0)


def test_values_are_scalars_of_yaml(write: Any, registry: Any) -> None:
    overrides = ["seed=7", "agents.ann.system_message='8'", "gateway=true", "criteria=Be brief: always = better"]
    config = load(write(COUNCIL), registry, overrides=overrides)
    assert (config.seed, config.agents[0].options.system_message, config.gateway, config.criteria) == (
        7,
        "8",
        True,
        "Be brief: always = better",
    )


def test_the_last_override_wins(write: Any, registry: Any) -> None:
    assert load(write(COUNCIL), registry, overrides=["seed=1", "seed=2"]).seed == 2


def test_variables_in_an_override_are_expanded(write: Any, registry: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("WISH", "Be kind.")
    assert load(write(COUNCIL), registry, overrides=["criteria=${WISH}"]).criteria == "Be kind."


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (
            "consensus.gate=maybe",
            "--set:1:16: consensus.gate: expected one of `majority`, `off`, `plurality`, got the text `maybe`",
        ),
        ("agents.ann.stlye=long", "--set:1:1: agents[0].stlye: unknown key"),
        ("agents.annn.style=long", "--set:1:1: agents: no entry `annn`; there are 2"),
        ("agents.2.style=long", "--set:1:1: agents: no entry `2`; there are 2"),
        ("agents.ann.style.deep=1", "--set:1:1: agents[0].style: there is no `deep` in it: it is no mapping"),
        ("seed=" + "9" * 99, "--set:1:6: `99999999999999999999999999999999999999999999999999999999999…` is no whole"),
        ("seed", "--set:1:1: an override is `path=value`"),
        ("a..b=1", "--set:1:1: an override is `path=value`"),
    ],
)
def test_what_is_wrong_with_an_override_is_shown_in_it(write: Any, registry: Any, override: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(COUNCIL), registry, overrides=[override])
    assert str(caught.value).startswith(expected)


def test_a_misspelt_id_in_an_override_gets_a_hint(write: Any, registry: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(COUNCIL), registry, overrides=["agents.annn.style=long"])
    assert caught.value.hint == "did you mean `ann`?"
