"""Where models come from: the table of providers, and the way from `provider/model` to an address, a name and a key."""

from __future__ import annotations

from collections.abc import Mapping

from .contract import Model, ModelSource
from .errors import ModelError
from .hints import did_you_mean

LOCAL = "local/smollm2"
"""The embedded model, which `local` alone stands for."""


def _remote(name: str, summary: str, base_url: str, key_variable: str, address_variable: str = "") -> ModelSource:
    return ModelSource(
        name=name,
        summary=summary,
        base_url=base_url,
        key_variable=key_variable,
        address_variable=address_variable,
    )


PROVIDERS: tuple[ModelSource, ...] = (
    _remote("openai", "OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY", "OPENAI_BASE_URL"),
    _remote("anthropic", "Anthropic Claude", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
    _remote("google", "Google Gemini", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
    _remote("xai", "xAI Grok", "https://api.x.ai/v1", "XAI_API_KEY"),
    _remote("groq", "Groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    _remote("together", "Together AI", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    _remote("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    _remote("mistral", "Mistral AI", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    _remote("deepseek", "DeepSeek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    _remote("cerebras", "Cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
    _remote("fireworks", "Fireworks AI", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    _remote("nebius", "Nebius AI Studio", "https://api.studio.nebius.ai/v1", "NEBIUS_API_KEY"),
    _remote("moonshot", "Moonshot AI Kimi", "https://api.moonshot.cn/v1", "MOONSHOT_API_KEY"),
    _remote("qwen", "Alibaba Qwen", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "QWEN_API_KEY"),
    _remote("zai", "Z.ai GLM", "https://api.z.ai/api/paas/v4", "ZAI_API_KEY"),
    _remote("azure", "Azure OpenAI", "/openai/v1", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT"),
    _remote("ollama", "Ollama on this machine", "http://127.0.0.1:11434/v1", ""),
    _remote("lmstudio", "LM Studio on this machine", "http://127.0.0.1:1234/v1", ""),
    _remote("vllm", "vLLM on this machine", "http://127.0.0.1:8000/v1", ""),
    _remote("sglang", "SGLang on this machine", "http://127.0.0.1:30000/v1", ""),
)
"""A `base_url` that starts with `/` is appended to the address in `address_variable`, which is then needed."""

DEFAULT_MODELS: Mapping[str, str] = {
    "openai": "gpt-5-mini",
    "anthropic": "claude-sonnet-4-5",
    "google": "gemini-2.5-flash",
    "xai": "grok-4",
    "groq": "openai/gpt-oss-20b",
    "together": "openai/gpt-oss-20b",
    "openrouter": "openrouter/auto",
    "mistral": "mistral-small-latest",
    "deepseek": "deepseek-chat",
}
"""What to ask a provider for where nobody named a model."""


def find(name: str, sources: Mapping[str, ModelSource]) -> tuple[ModelSource, str]:
    """The source of `provider/model` and what it calls the model. Raises `ModelError` for an unknown provider."""
    provider, _, model = (LOCAL if name == "local" else name).partition("/")
    source = sources.get(provider)
    if source is None or not model:
        raise ModelError(_unknown(name, provider, source), hint=_hint(name, provider, sources))
    return source, model


def _unknown(name: str, provider: str, source: ModelSource | None) -> str:
    if provider == "local" and source is None:
        return "the embedded model is not installed"
    if source is not None or "/" not in name:
        return f"`{name}` is not `provider/model`"
    return f"no provider named `{provider}`"


def _hint(name: str, provider: str, sources: Mapping[str, ModelSource]) -> str:
    if provider in sources:
        return f"name one of its models, as in `{provider}/{DEFAULT_MODELS.get(provider, 'MODEL')}`"
    if provider == "local":
        return 'install it with `pip install "massgen-hub[local]"`, or name a provider'
    if "/" not in name:
        return f"name its provider too, as in `openai/{name}`"
    return did_you_mean(provider, sources) or f"providers: {', '.join(sources)}; or give a `base_url`"


def resolve(name: str, sources: Mapping[str, ModelSource], environment: Mapping[str, str], key: str = "") -> Model:
    """The address, name and key of `provider/model`; `local` stands for the embedded model.

    `key` replaces the one in the provider's variable. A source that starts something itself needs neither address nor
    key. Raises `ModelError` for an unknown provider, a key that is not set, and an address that is not set.
    """
    source, model = find(name, sources)
    if source.connect is not None:
        return Model(name=model)
    return Model(
        name=model,
        base_url=_address(name, source, environment),
        key=key or (key_from(source.key_variable, name, environment) if source.key_variable else ""),
    )


def key_from(variable: str, name: str, environment: Mapping[str, str]) -> str:
    """The key in a variable, for the model `name`. Raises `ModelError` where the variable is empty or not set."""
    if key := environment.get(variable, "").strip():
        return key
    raise ModelError(f"no key for `{name}`: `{variable}` is not set", hint=_without(variable))


def _address(name: str, source: ModelSource, environment: Mapping[str, str]) -> str:
    address = environment.get(source.address_variable, "").strip().rstrip("/") if source.address_variable else ""
    if not source.base_url.startswith("/"):
        return address or source.base_url
    if not address:
        variable = source.address_variable
        raise ModelError(f"no address for `{name}`: `{variable}` is not set", hint=_without(variable))
    return address.removesuffix(source.base_url) + source.base_url


def _without(variable: str) -> str:
    return f"`export {variable}=...`, put it into `.env` beside the config, or run without a key: `--model local`"


def first_available(sources: Mapping[str, ModelSource], environment: Mapping[str, str]) -> str | None:
    """The first provider whose key is set, as `provider/model` with a model of a sensible size; None without a key."""
    for source in sources.values():
        if source.name in DEFAULT_MODELS and environment.get(source.key_variable, "").strip():
            return f"{source.name}/{DEFAULT_MODELS[source.name]}"
    return None
