"""Which environments a config asks for."""

from dataclasses import replace

import pytest
from massgen_hub.builtin import register_adapters
from massgen_hub.config import from_mapping
from massgen_hub.config.agents import BUILT_IN
from massgen_hub.environments.wanted import PATH, Wanted, distribution_of, wanted
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


def test_a_built_in_adapter_needs_no_distribution_of_its_own(registry):
    found = asked(registry, {"id": "ann", "type": "scripted", "answer": "x", "environment": {"python": "3.12"}})
    assert found["ann"].requires == ()


def test_a_version_of_python_needs_no_quotes(registry):
    found = asked(registry, {"id": "ann", "type": "lone", "environment": {"python": 3.12, "requires": ["./lone"]}})
    assert found["ann"].python == "3.12"


@pytest.mark.parametrize("what", ["", " ", "-r other.txt", "--index-url http://x", "# nothing", "a\n-r b"])
def test_what_is_neither_a_requirement_nor_a_path_is_refused(registry, what):
    with pytest.raises(ConfigError, match=r"requires\[0\]: expected a requirement"):
        asked(registry, {"id": "ann", "type": "lone", "environment": {"requires": [what]}})


def test_the_built_in_adapters_are_those_of_the_core():
    assert sorted(BUILT_IN) == sorted(adapter.name for adapter in register_adapters())


@pytest.mark.parametrize("path", ["./lone", "../lone", "~/lone", "/a/lone", "lone/", "a/lone", "-e lone", "a/l-1.whl"])
def test_a_path_is_no_name(path):
    assert distribution_of(path) == ""


@pytest.mark.parametrize("requirement", ["a @ ./a.whl", "a @ https://x/a.whl", "a; sys_platform == 'b/c'"])
def test_a_requirement_with_an_address_or_a_marker_is_no_path(requirement):
    assert distribution_of(requirement) == "a"


@pytest.mark.parametrize("address", ["https://x/a.whl", "git+https://x/a", "-e git+https://x/a"])
def test_an_address_is_no_path(address):
    assert PATH.match(address) is None


def test_the_path_of_an_interpreter_is_looked_for_beside_the_config(tmp_path):
    wanted = Wanted(requires=(), python="venv/bin/python", folder=tmp_path)
    assert wanted.interpreter == str(tmp_path / "venv" / "bin" / "python")
    assert replace(wanted, python="3.12").interpreter == "3.12"
    assert replace(wanted, python="").interpreter == ""
