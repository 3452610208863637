"""From a file to agents, models and settings."""

from pathlib import Path
from typing import Any

import pytest
from massgen_hub.config import from_mapping, load
from massgen_hub.consensus.settings import Settings
from massgen_hub.contract import Model
from massgen_hub.errors import ConfigError, ModelError


def test_a_small_config_has_the_defaults_of_the_design(write: Any, registry: Any) -> None:
    path = write("agents:\n  - type: echo\n")
    config = load(path, registry)
    assert config.settings == Settings()
    assert (config.criteria, config.timeout, config.gateway, config.seed) == ("", None, False, None)
    assert (config.source, config.folder) == (str(path), path.parent)
    agent = config.agents[0]
    assert (agent.id, agent.type, agent.environment, agent.timeout) == ("echo", "echo", "auto", 300.0)
    assert (agent.model, agent.source, agent.target, agent.options.model_dump(exclude_unset=True)) == (
        None,
        "",
        None,
        {},
    )
    assert agent.options.style == "short"


def test_every_key_of_an_agent_reaches_it(write: Any, registry: Any) -> None:
    text = """
agents:
  - id: ann
    type: echo
    model: ollama/llama3
    environment: worker
    agent: my_agents.team:ann.clone
    timeout: 20
    style: long
    code: {executor: {type: Docker, image: python}}
"""
    agent = load(write(text), registry).agents[0]
    assert (agent.id, agent.environment, agent.target, agent.timeout) == (
        "ann",
        "worker",
        "my_agents.team:ann.clone",
        20.0,
    )
    assert (agent.model, agent.source) == (Model(name="llama3", base_url="http://127.0.0.1:11434/v1"), "ollama")
    assert agent.options.code.executor.image == "python"
    assert agent.options.model_dump(exclude_unset=True) == {
        "style": "long",
        "code": {"executor": {"type": "Docker", "image": "python"}},
    }
    assert agent.place is not None
    assert (agent.place.line, agent.place.text) == (3, "  - id: ann")


def test_one_agent_is_enough(write: Any, registry: Any) -> None:
    assert len(load(write("agents: [{type: echo}]"), registry).agents) == 1


def test_agents_without_an_id_are_called_by_their_type_and_numbered(write: Any, registry: Any) -> None:
    text = "agents: [{type: echo}, {type: echo, id: echo-2}, {type: echo}, {type: model}]"
    assert [agent.id for agent in load(write(text), registry).agents] == ["echo-1", "echo-2", "echo-3", "model"]


def test_the_timeout_of_a_turn_may_be_set_for_all(write: Any, registry: Any) -> None:
    text = "agents: [{type: echo}, {type: echo, timeout: 5}]\nconsensus: {turn_timeout: 60}"
    assert [agent.timeout for agent in load(write(text), registry).agents] == [60.0, 5.0]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("Be brief.", "Be brief."), ("[Be brief., Be kind.]", "- Be brief.\n- Be kind."), ("", "")],
)
def test_criteria_are_a_text_or_a_list_of_texts(write: Any, registry: Any, written: str, expected: str) -> None:
    assert load(write(f"agents: [{{type: echo}}]\ncriteria: {written}"), registry).criteria == expected


@pytest.mark.parametrize(("form", "refine"), [("text", 1), ("code", 1), ("choice", 0), ("number", 0), ("json", 0)])
def test_refining_depends_on_the_form_of_the_answer(write: Any, registry: Any, form: str, refine: int) -> None:
    config = load(write(f"agents: [{{type: echo}}]\nconsensus: {{answer: {form}}}"), registry)
    assert config.settings.refine == refine


def test_refining_may_be_asked_for(write: Any, registry: Any) -> None:
    config = load(write("agents: [{type: echo}]\nconsensus: {answer: choice, refine: 2}"), registry)
    assert config.settings.refine == 2


@pytest.mark.parametrize(
    ("written", "agents"), [("2", 2), ("0.5", 2), ("2/3", 2), ("0.67", 3), ("1.0", 3), ("1/3", 1), ("null", None)]
)
def test_a_quorum_is_a_number_of_agents_or_a_share_of_them(
    write: Any, registry: Any, written: str, agents: int | None
) -> None:
    text = f"agents: [{{type: echo}}, {{type: echo}}, {{type: echo}}]\nconsensus: {{quorum: {written}}}"
    assert load(write(text), registry).settings.quorum == agents


@pytest.mark.parametrize(
    ("written", "how", "presenter"),
    [("verbatim", "verbatim", ""), ("winner", "winner", ""), ("{synthesize: ann}", "synthesize", "ann")],
)
def test_the_three_ways_to_present(write: Any, registry: Any, written: str, how: str, presenter: str) -> None:
    config = load(write(f"agents: [{{type: echo, id: ann}}]\nconsensus: {{present: {written}}}"), registry)
    assert (config.settings.present, config.settings.presenter) == (how, presenter)


def test_gate_off_is_a_word_and_no_boolean(write: Any, registry: Any) -> None:
    text = "agents: [{type: echo}]\nconsensus: {gate: off, rule: plurality, threshold: 2/3, show: 4}"
    settings = load(write(text), registry).settings
    assert (settings.gate, settings.rule, settings.threshold, settings.show) == ("off", "plurality", 2 / 3, 4)


def test_models_are_named_once_and_used_by_name(write: Any, registry: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "one")
    monkeypatch.setenv("OTHER_KEY", "two")
    text = """
models:
  big: openai/gpt-5
  other: {model: openai/gpt-5, key: OTHER_KEY}
  expanded: {model: openai/gpt-5, key: "${OTHER_KEY}"}
  own: {model: llama, base_url: "http://10.0.0.1:8000/v1/", key: OTHER_KEY}
agents:
  - {type: echo, model: big}
  - {type: echo, model: other}
  - {type: echo, model: expanded}
  - {type: echo, model: own}
"""
    address = "https://api.openai.com/v1"
    found = [(agent.model, agent.source) for agent in load(write(text), registry).agents]
    assert found == [
        (Model(name="gpt-5", base_url=address, key="one"), "openai"),
        (Model(name="gpt-5", base_url=address, key="two"), "openai"),
        (Model(name="gpt-5", base_url=address, key="two"), "openai"),
        (Model(name="llama", base_url="http://10.0.0.1:8000/v1", key="two"), ""),
    ]


def test_a_key_is_sent_to_no_address_it_was_not_named_for(write: Any, registry: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "one")
    text = "agents: [{type: echo, model: {model: gpt-5, base_url: 'http://10.0.0.1/v1'}}]"
    assert load(write(text), registry).agents[0].model == Model(name="gpt-5", base_url="http://10.0.0.1/v1")


def test_a_model_that_nobody_uses_needs_no_key(write: Any, registry: Any) -> None:
    text = (
        "models: {big: openai/gpt-5, own: {model: x, base_url: '${UNSET_ADDRESS}', key: UNSET}}\nagents: [{type: echo}]"
    )
    assert load(write(text), registry).agents[0].model is None


def test_a_key_in_a_model_that_nobody_uses_is_refused(write: Any, registry: Any) -> None:
    secret = "AIza" + "0123456789abcdef" * 2 + "xyz"
    text = f"models: {{big: {{model: google/gemini, key: {secret}}}}}\nagents: [{{type: echo}}]"
    with pytest.raises(ConfigError, match="this looks like a key itself") as caught:
        load(write(text), registry)
    assert secret not in str(caught.value)


def test_the_embedded_model_needs_no_key(write: Any, registry: Any) -> None:
    agent = load(write("agents: [{type: echo, model: local}]"), registry).agents[0]
    assert (agent.model, agent.source) == (Model(name="smollm2"), "local")


def test_model_replaces_every_model_and_no_key_is_asked_for(write: Any, registry: Any) -> None:
    text = "agents: [{type: echo, model: openai/gpt-5}, {type: model}, {type: echo, agent: 'a:b'}]"
    agents = load(write(text), registry, model="local").agents
    assert [agent.source for agent in agents] == ["local", "local", ""]


def test_a_wrong_model_of_the_command_line_is_shown_there(write: Any, registry: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write("agents: [{type: model}]"), registry, model="opnai/x")
    assert str(caught.value) == (
        "--model:1:1: no provider named `opnai`\n  |\n1 | opnai/x\n  | ^\n\nhint: did you mean `openai`?"
    )


def test_what_is_wrong_in_the_config_comes_before_missing_keys(write: Any, registry: Any) -> None:
    text = "agents: [{type: echo, model: openai/gpt-5}]\nconsensus: {rule: nothing}"
    with pytest.raises(ConfigError, match="no rule named `nothing`"):
        load(write(text), registry)


def test_a_mapping_made_in_code_is_a_config(registry: Any) -> None:
    config = from_mapping({"agents": ({"type": "echo", "tools": ["a"]},), "timeout": 5}, registry)
    assert (config.source, config.folder, config.timeout) == ("<code>", Path.cwd(), 5.0)
    assert config.agents[0].options.tools == ("a",)
    assert config.agents[0].place is None


def test_an_error_in_a_mapping_made_in_code_has_no_place(registry: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        from_mapping({"agents": [{"type": "echo", "stlye": "long"}]}, registry)
    assert str(caught.value) == "agents[0].stlye: unknown key\n\nhint: did you mean `style`?"


def test_objects_are_agents_of_the_adapter_that_accepts_them(registry: Any, robot: Any) -> None:
    config = from_mapping({"agents": [robot, {"agent": robot, "id": "bob", "style": "long"}]}, registry)
    assert [(agent.id, agent.type, agent.target is robot) for agent in config.agents] == [
        ("echo", "echo", True),
        ("bob", "echo", True),
    ]


def test_a_factory_is_an_agent_where_its_type_is_said(registry: Any, robot: Any) -> None:
    def factory() -> object:
        return robot

    assert from_mapping({"agents": [{"type": "echo", "agent": factory}]}, registry).agents[0].target is factory


def test_an_object_that_no_adapter_accepts_is_refused(registry: Any) -> None:
    with pytest.raises(ConfigError, match=r"agents\[0\]\.agent: a `Exception` is no agent of an installed adapter"):
        from_mapping({"agents": [Exception()]}, registry)


def test_an_object_cannot_move_to_a_worker(registry: Any, robot: Any) -> None:
    with pytest.raises(ConfigError, match="an object made in code cannot move to a worker"):
        from_mapping({"agents": [{"agent": robot, "environment": "worker"}]}, registry)


def test_variables_that_an_agent_is_given_come_from_the_process_or_from_the_file_beside_the_config(
    write: Any, registry: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("SEARCH_KEY", "of the process")
    write("SEARCH_KEY=of the file\nMAPS_KEY=of the file", ".env")
    (agent,) = load(write("agents: [{type: echo, pass_env: [SEARCH_KEY, MAPS_KEY]}]"), registry).agents
    assert agent.pass_env == {"SEARCH_KEY": "of the process", "MAPS_KEY": "of the file"}
    assert "of the" not in repr(agent)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("pass_env: [UNSET_KEY]", "the variable `UNSET_KEY` is not set"),
        ("pass_env: [HOME]", "`HOME` is made for each worker"),
        ("pass_env: ['${A}']", "the variable `A` is not set"),
        ("pass_env: [a b]", "expected the name of a variable of the environment, as in `TAVILY_API_KEY`"),
        ("pass_env: [USER], environment: inline", "`pass_env` is for a process of the agent's own"),
        ("memory: 1 GB, environment: inline", "`memory` is for a process of the agent's own"),
    ],
)
def test_what_only_a_process_of_its_own_has_is_refused_where_there_is_none(
    write: Any, registry: Any, monkeypatch: Any, entry: str, said: str
) -> None:
    monkeypatch.setenv("USER", "ann")
    with pytest.raises(ConfigError, match=r"council.yaml:1:\d+: agents\[0\]\.") as caught:
        load(write(f"agents: [{{type: echo, {entry}}}]"), registry)
    assert said in str(caught.value)


def test_an_object_is_no_option(registry: Any, robot: Any) -> None:
    with pytest.raises(ConfigError, match=r"agents\[0\]\.system_message: expected a plain value, got a `Robot`"):
        from_mapping({"agents": [{"type": "echo", "system_message": robot}]}, registry)


def test_a_mapping_that_holds_itself_is_refused(registry: Any) -> None:
    endless: dict[str, Any] = {"type": "echo"}
    endless["code"] = endless
    with pytest.raises(ConfigError, match="nested more than 50 levels deep"):
        from_mapping({"agents": [endless]}, registry)


def test_a_missing_key_names_every_variable_once(registry: Any) -> None:
    agents = [{"type": "echo", "model": name} for name in ("openai/a", "openai/b", "openai/a", "azure/c")]
    with pytest.raises(ModelError) as caught:
        from_mapping({"agents": agents}, registry)
    assert caught.value.message == (
        "no key for `openai/a`: `OPENAI_API_KEY` is not set\n"
        "no key for `openai/b`: `OPENAI_API_KEY` is not set\n"
        "no address for `azure/c`: `AZURE_OPENAI_ENDPOINT` is not set"
    )
