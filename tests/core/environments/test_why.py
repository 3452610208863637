"""Why two cannot live together, asked of the adapters of this checkout."""

import pytest
from massgen_hub.environments.resolving import annotated
from massgen_hub.environments.why import why
from massgen_hub.errors import ConfigError, NotBuilt


@pytest.mark.parametrize(
    ("first", "second", "needs"),
    [
        ("crewai", "openai-agents", "needs openai"),
        ("crewai", "agentscope", "needs mcp"),
        ("pydantic-ai", "llama-index", "needs openai"),
    ],
)
def test_two_adapters_that_clash_are_told_with_what_both_need(first, second, needs):
    told = why(first, second).splitlines()[0]
    assert told.startswith(f"{first} and {second} cannot live together: ")
    assert told.count(needs) == 2


def test_a_requirement_is_held_to_the_version_that_it_gets_alone():
    assert "cannot live together: crewai" in why("crewai", "openai>=3")


def test_two_that_live_together_are_told_with_their_number():
    assert why("langgraph", "smolagents").startswith("langgraph and smolagents live together, in ")


def test_neither_an_adapter_nor_a_requirement_is_refused():
    with pytest.raises(ConfigError, match="neither an adapter nor a requirement"):
        why("./here", "crewai")


def test_what_cannot_be_had_alone_is_told():
    with pytest.raises(NotBuilt, match="`massgen-hub-nobody` alone: no versions meet all requirements"):
        why("massgen-hub-nobody", "crewai")


def test_versions_are_told_with_those_who_need_them():
    found = dict(annotated(("pluggy>=1.7", "pytest"), "3.11"))
    [pluggy] = [needed_by for pin, needed_by in found.items() if pin.startswith("pluggy==")]
    assert sorted(pluggy) == ["-r wanted.in", "pytest"]
