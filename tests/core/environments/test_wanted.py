"""Which environments a config asks for."""

import pytest
from massgen_hub.config import from_mapping
from massgen_hub.environments.wanted import distribution_of, wanted
from massgen_hub.errors import ConfigError
from massgen_hub.plugins import Registry


@pytest.fixture(scope="module")
def registry():
    return Registry()


def asked(registry, *agents):
    """What these agents want, by id."""
    return wanted(from_mapping({"agents": list(agents)}, registry))


def test_an_adapter_of_ours_that_is_not_installed_gets_an_environment_by_itself(registry):
    assert asked(registry, {"id": "c", "type": "crewai"})["c"].requires == ("massgen-hub-crewai",)


def test_an_agent_with_servers_of_tools_gets_what_speaks_to_them(registry):
    servers = [{"name": "desk", "command": "desk"}]
    agent = {"id": "a", "type": "crewai", "mcp_servers": servers}
    named = {"id": "b", "type": "crewai", "mcp_servers": servers, "environment": {"requires": ["massgen-hub-crewai"]}}
    foreign = {"id": "c", "type": "mine", "mcp_servers": servers, "environment": {"python": "3.12"}}
    assert [one.requires for one in asked(registry, agent, named, foreign).values()] == [
        ("massgen-hub-crewai[mcp]",),
        ("massgen-hub-crewai",),
        ("massgen-hub-mine",),
    ]


def test_an_agent_inline_or_in_a_worker_wants_none(registry):
    agents = [{"id": where, "type": "scripted", "environment": where} for where in ("auto", "inline", "worker")]
    assert asked(registry, *agents) == {}


def test_agents_that_ask_for_the_same_share_an_environment(registry):
    one = asked(
        registry,
        {"id": "a", "type": "crewai", "environment": {"requires": ["x>1", "y"]}},
        {"id": "b", "type": "crewai", "environment": {"requires": ["y", "x>1"]}},
        {"id": "c", "type": "crewai"},
    )
    assert one["a"] == one["b"] != one["c"]


def test_two_generations_of_one_adapter_are_two_environments(registry):
    old = {"id": "old", "type": "ag2", "environment": {"requires": ["openai<3"]}}
    new = {"id": "new", "type": "ag2", "environment": {"requires": ["openai>=3"]}}
    found = asked(registry, old, new)
    assert found["old"].requires == ("massgen-hub-ag2", "openai<3")
    assert found["new"].requires == ("massgen-hub-ag2", "openai>=3")


def test_another_interpreter_is_another_environment(registry):
    found = asked(
        registry, {"id": "a", "type": "crewai"}, {"id": "b", "type": "crewai", "environment": {"python": "3.12"}}
    )
    assert found["a"] != found["b"]


def test_an_adapter_with_an_extra_is_not_asked_for_twice(registry):
    agent = {"id": "a", "type": "ag2", "environment": {"requires": ["massgen_hub.AG2[docker]"]}}
    assert asked(registry, agent)["a"].requires == ("massgen_hub.AG2[docker]",)


def test_a_type_that_nobody_here_knows_is_brought_by_what_the_entry_requires(registry):
    own = {"id": "a", "type": "mine", "environment": {"requires": ["acme-agents"]}}
    bare = {"id": "b", "type": "mine", "environment": {"python": "3.12"}}
    assert asked(registry, own)["a"].requires == ("acme-agents",)
    assert asked(registry, bare)["b"].requires == ("massgen-hub-mine",)


def test_an_environment_that_is_there_already_is_not_built(registry):
    assert asked(registry, {"id": "a", "type": "crewai", "environment": {"path": "venv"}}) == {}


def test_an_adapter_that_lives_elsewhere_cannot_be_inline(registry):
    with pytest.raises(ConfigError, match="`crewai` is not installed beside the hub") as caught:
        asked(registry, {"type": "crewai", "environment": "inline"})
    assert "leave `environment` out" in caught.value.hint


def test_an_object_made_in_code_stays_where_it_is(registry):
    with pytest.raises(ConfigError, match="cannot move to a worker"):
        asked(registry, {"type": "crewai", "agent": object(), "environment": {"requires": ["x"]}})


NAMES = [("Foo_Bar.baz>=1", "foo-bar-baz"), ("x[a,b]==1 ; sys_platform != 'y'", "x"), ("./x", ""), ("-e ../y", "")]


@pytest.mark.parametrize(("requirement", "name"), NAMES)
def test_the_name_of_a_requirement_is_spelt_as_the_index_spells_it(requirement, name):
    assert distribution_of(requirement) == name
