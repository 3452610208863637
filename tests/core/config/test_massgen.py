"""MassGen's entries load as they are."""

from typing import Any

import pytest
from massgen_hub.config import OwnEnvironment, from_mapping, load
from massgen_hub.contract import Model
from massgen_hub.errors import ConfigError, ModelError

CASE_STUDY = """\
agents:
  - id: ag2_coder
    backend:
      type: ag2
      agent_config:
        type: assistant
        name: Coder
        system_message: You write Python.
        llm_config: {api_type: openai, model: gpt-4o, temperature: 0.7, cache_seed: 42}
        code_execution_config:
          executor: {type: LocalCommandLineCodeExecutor, timeout: 60, work_dir: ./workspace}
  - id: gemini2.5pro
    system_message: You are a critic.
    backend: {type: gemini, model: gemini-2.5-pro, enable_web_search: true, max_tokens: 100}
ui: {type: textual_terminal, logging_enabled: true}
orchestrator: {snapshot_storage: snapshots}
"""


GROUP = """\
agents:
  - id: team
    backend:
      type: ag2
      group_config:
        llm_config: {api_type: openai, model: gpt-5, temperature: 0.2}
        agents:
          - {type: assistant, name: Coder, system_message: You write code.}
          - name: Tester
            description: Runs tests.
            llm_config: [{api_type: openai, model: gpt-5-mini, temperature: 0.9}]
        user_agent: {name: User, system_message: You are the user.}
        pattern:
          type: auto
          initial_agent: Coder
          group_manager_args: {llm_config: {api_type: google, model: gemini-2.5-flash}}
        max_rounds: 10
"""


def ag2(**config: Any) -> dict[str, Any]:
    return {"agents": [{"id": "coder", "backend": {"type": "ag2", "agent_config": {"name": "Coder", **config}}}]}


def native(**backend: Any) -> dict[str, Any]:
    return {"agents": [{"id": "chat", "backend": backend}]}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI", "GEMINI", "ANTHROPIC", "CEREBRAS"):
        monkeypatch.setenv(f"{name}_API_KEY", name.lower())


def test_an_ag2_entry_becomes_an_agent_of_ag2(write: Any, registry: Any) -> None:
    agent = load(write(CASE_STUDY), registry).agents[0]
    assert (agent.id, agent.type, agent.source) == ("ag2_coder", "ag2", "openai")
    assert agent.model == Model(name="gpt-4o", base_url="https://api.openai.com/v1", key="openai")
    assert agent.options.model_dump(exclude_unset=True) == {
        "kind": "assistant",
        "name": "Coder",
        "system_message": "You write Python.",
        "temperature": 0.7,
        "code_execution_config": {
            "executor": {"type": "LocalCommandLineCodeExecutor", "timeout": 60, "work_dir": "./workspace"}
        },
    }


def test_a_group_becomes_a_group_with_one_model(write: Any, registry: Any) -> None:
    agent = load(write(GROUP), registry).agents[0]
    assert (agent.id, agent.type, agent.model and agent.model.name) == ("team", "ag2", "gpt-5")
    assert agent.options.model_dump(exclude_unset=True) == {
        "temperature": 0.2,
        "max_rounds": 10,
        "group": {
            "agents": (
                {"kind": "assistant", "name": "Coder", "system_message": "You write code."},
                {"kind": "conversable", "name": "Tester", "description": "Runs tests.", "temperature": 0.9},
            ),
            "pattern": "auto",
            "initial_agent": "Coder",
            "user_agent": {"kind": "conversable", "name": "User", "system_message": "You are the user."},
        },
    }


def test_models_of_a_group_that_differ_are_told(write: Any, registry: Any) -> None:
    path = write(GROUP)
    group = "agents[0].backend.group_config"
    why = "is not used: a group has one model, that of its `llm_config`"
    assert load(path, registry).notices == (
        f"{path}:11: `{group}.agents[1].llm_config[0].model` {why}",
        f"{path}:16: `{group}.pattern.group_manager_args` {why}",
    )


def test_an_option_of_a_member_that_is_wrong_points_to_the_original_line(write: Any, registry: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(GROUP.replace("0.9", "warm")), registry)
    assert caught.value.message.startswith("agents[0].backend.group_config.agents[1].llm_config[0].temperature")
    assert caught.value.place is not None
    assert caught.value.place.line == 11


def test_a_native_entry_becomes_a_native_agent(write: Any, registry: Any) -> None:
    agent = load(write(CASE_STUDY), registry).agents[1]
    assert (agent.id, agent.type, agent.source) == ("gemini2-5pro", "model", "google")
    assert agent.options.model_dump(exclude_unset=True) == {"system_message": "You are a critic.", "max_tokens": 100}


def test_everything_that_is_not_used_is_told_with_its_line(write: Any, registry: Any) -> None:
    path = write(CASE_STUDY)
    assert load(path, registry).notices == (
        f"{path}:9: `agents[0].backend.agent_config.llm_config.cache_seed` is not used",
        f"{path}:14: `agents[1].backend.enable_web_search` is not used",
        f"{path}:12: `agents[1].id` is `gemini2-5pro` here",
        f"{path}:15: `ui` is not used",
        f"{path}:16: `orchestrator` is not used",
    )


def test_a_redirected_model_needs_no_key(write: Any, registry: Any, monkeypatch: Any) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("GEMINI_API_KEY")
    assert [agent.source for agent in load(write(CASE_STUDY), registry, model="local").agents] == ["local", "local"]


def test_an_override_reaches_an_entry_in_our_words_and_in_its_own(write: Any, registry: Any) -> None:
    overrides = ["agents.ag2_coder.model=ollama/llama3", "agents.1.backend.model=gemini-flash-latest"]
    agents = load(write(CASE_STUDY), registry, overrides=overrides).agents
    assert [agent.model.name for agent in agents if agent.model] == ["llama3", "gemini-flash-latest"]


def test_an_ag2_agent_without_a_type_is_conversable_as_in_massgen(registry: Any) -> None:
    agent = from_mapping(ag2(llm_config={"model": "gpt-4o"}), registry).agents[0]
    assert agent.options.kind == "conversable"


def test_of_a_list_of_models_the_first_is_used_and_the_others_are_told(registry: Any) -> None:
    models = [{"api_type": "anthropic", "model": "claude"}, {"api_type": "openai", "model": "gpt-4o"}]
    config = from_mapping(ag2(llm_config=models), registry)
    assert (config.agents[0].source, config.agents[0].model and config.agents[0].model.name) == ("anthropic", "claude")
    assert config.notices == (
        "`agents[0].backend.agent_config.llm_config[1]` is not used: an agent has one model, the first of the list",
    )


def test_a_config_list_is_a_list_of_models(registry: Any) -> None:
    models = {"config_list": [{"api_type": "google", "model": "gemini"}], "temperature": 0.1}
    agent = from_mapping(ag2(llm_config=models), registry).agents[0]
    assert (agent.source, agent.options.temperature) == ("google", 0.1)


def test_an_address_and_a_key_in_a_variable_are_kept(registry: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("OWN_KEY", "own")
    model = {"model": "llama", "base_url": "http://127.0.0.1:9000/v1", "api_key": "${OWN_KEY}"}
    agent = from_mapping(ag2(llm_config=model), registry).agents[0]
    assert (agent.model, agent.source) == (Model(name="llama", base_url="http://127.0.0.1:9000/v1", key="own"), "")


def test_a_key_that_is_a_placeholder_is_told_and_not_sent(registry: Any) -> None:
    model = {"model": "llama", "base_url": "http://127.0.0.1:9000/v1", "api_key": "lm-studio"}
    config = from_mapping(ag2(llm_config=model), registry)
    assert config.agents[0].model == Model(name="llama", base_url="http://127.0.0.1:9000/v1")
    assert "llm_config.api_key` is not used: it names no variable" in config.notices[0]


def test_the_address_of_a_known_provider_brings_its_key(registry: Any) -> None:
    config = native(type="chatcompletion", model="gpt-oss-120b", base_url="https://api.cerebras.ai/v1/")
    agent = from_mapping(config, registry).agents[0]
    assert (agent.source, agent.model and agent.model.key) == ("cerebras", "cerebras")


def test_a_foreign_address_gets_no_key_of_a_provider(registry: Any) -> None:
    agent = from_mapping(native(type="openai", model="gpt-5", base_url="http://10.0.0.1/v1"), registry).agents[0]
    assert agent.model == Model(name="gpt-5", base_url="http://10.0.0.1/v1")


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("openai", "openai"),
        ("claude", "anthropic"),
        ("gemini", "google"),
        ("lmstudio", "lmstudio"),
        ("vllm", "vllm"),
        ("ollama", "ollama"),
        ("chatcompletion", "openai"),
    ],
)
def test_backends_are_providers(registry: Any, kind: str, source: str) -> None:
    assert from_mapping(native(type=kind, model="x"), registry).agents[0].source == source


def test_the_keys_of_a_provider_are_needed_as_ever(registry: Any) -> None:
    with pytest.raises(ModelError, match="`XAI_API_KEY` is not set"):
        from_mapping(native(type="grok", model="grok-4"), registry)


def test_a_single_agent_is_a_list_of_one(registry: Any) -> None:
    config = from_mapping({"agent": native(type="openai", model="gpt-5")["agents"][0]}, registry)
    assert [agent.id for agent in config.agents] == ["chat"]


def test_a_system_message_beside_the_backend_wins_and_the_other_is_told(registry: Any) -> None:
    mapping = ag2(llm_config={"model": "gpt-4o"}, system_message="inner")
    mapping["agents"][0]["system_message"] = "outer"
    config = from_mapping(mapping, registry)
    assert config.agents[0].options.system_message == "outer"
    assert config.notices == ("`agents[0].backend.agent_config.system_message` is not used",)


def test_massgen_s_keys_of_an_agent_are_told(registry: Any) -> None:
    mapping = native(type="openai", model="gpt-5")
    mapping["agents"][0]["voting_sensitivity"] = "lenient"
    assert from_mapping(mapping, registry).notices == ("`agents[0].voting_sensitivity` is not used",)


def test_variables_in_keys_that_are_not_used_need_not_be_set(registry: Any) -> None:
    servers = {"brave": {"env": {"KEY": "${MASSGEN_HUB_UNSET}"}}}
    config = from_mapping(native(type="openai", model="gpt-5", mcp_servers=servers), registry)
    assert config.notices == ("`agents[0].backend.mcp_servers` is not used",)


def test_an_option_that_is_wrong_points_to_the_original_line(write: Any, registry: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(CASE_STUDY.replace("0.7", "warm")), registry)
    assert caught.value.message == (
        "agents[0].backend.agent_config.llm_config.temperature: expected a number, got the text `warm`"
    )
    assert caught.value.place is not None
    assert caught.value.place.line == 9


def test_an_entry_with_a_type_and_a_backend_is_refused(registry: Any) -> None:
    mapping = native(type="openai", model="gpt-5")
    mapping["agents"][0]["type"] = "echo"
    with pytest.raises(ConfigError, match="a `type` or a `backend`, not both"):
        from_mapping(mapping, registry)


def test_massgen_s_keys_at_the_top_are_unknown_where_no_entry_is_massgen_s(registry: Any) -> None:
    with pytest.raises(ConfigError, match="ui: unknown key"):
        from_mapping({"agents": [{"type": "echo"}], "ui": {}}, registry)


def test_an_adapter_that_is_not_installed_gets_an_environment_of_its_own(registry: Any) -> None:
    del registry.adapters["ag2"]
    config = from_mapping(ag2(llm_config={"model": "gpt-4o"}), registry)
    assert config.agents[0].environment == OwnEnvironment()
