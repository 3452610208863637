"""What options name, as functions and plugins of Semantic Kernel."""

from __future__ import annotations

from functools import wraps
from inspect import isawaitable
from typing import Any

from massgen_hub.errors import ConfigError
from massgen_hub.kit import tool_named
from massgen_hub.servers import ServedTool
from massgen_hub.targets import resolve
from semantic_kernel.functions import KernelFunction, KernelFunctionFromMethod, KernelPlugin, kernel_function
from semantic_kernel.functions.kernel_parameter_metadata import KernelParameterMetadata
from semantic_kernel.prompt_template import PromptTemplateConfig
from semantic_kernel.prompt_template.prompt_template_base import PromptTemplateBase


def function_of(name: str) -> KernelFunction:
    """The function that an option names. Raises `ConfigError` where there is none."""
    return tool_named(name, "Semantic Kernel", KernelFunction, _function)  # type: ignore[no-any-return]


def _function(found: Any) -> KernelFunction:
    return KernelFunctionFromMethod(found if hasattr(found, "__kernel_function__") else _decorated(found))


def _decorated(function: Any) -> Any:
    """The decorator of Semantic Kernel would write into the user's function."""

    @wraps(function)
    async def call(*given: Any, **named: Any) -> Any:
        result = function(*given, **named)
        return await result if isawaitable(result) else result

    return kernel_function(call)


def served_function(theirs: ServedTool) -> KernelFunction:
    """A tool of an MCP server."""

    async def call(**arguments: Any) -> str:
        return await theirs.call(arguments)

    required = theirs.parameters.get("required", ())
    parameters = [
        KernelParameterMetadata(name=name, is_required=name in required, schema_data=schema)
        for name, schema in theirs.parameters.get("properties", {}).items()
    ]
    method = kernel_function(call, name=theirs.name, description=theirs.description)
    return KernelFunctionFromMethod(method, parameters=parameters)


def plugin_of(name: str) -> Any:
    """The plugin that an option names, or an object with kernel functions. Raises `ConfigError` where there is none."""
    found = resolve(name)
    made = found() if isinstance(found, type) else found
    methods = (getattr(type(made), method, None) for method in dir(type(made)))
    if isinstance(made, KernelPlugin) or any(hasattr(method, "__kernel_function__") for method in methods):
        return made
    hint = "`plugins` are those of Semantic Kernel, or objects with functions that are decorated with `kernel_function`"
    raise ConfigError(f"`{name}` is a `{type(made).__name__}`, which is no plugin", hint=hint)


class Verbatim(PromptTemplateBase):
    """Instructions as they are: `{{` is no call of a function."""

    async def render(self, *_about: Any) -> str:
        """The text."""
        return self.prompt_template_config.template or ""


def verbatim(text: str) -> Verbatim:
    """Instructions that hold no template."""
    return Verbatim(prompt_template_config=PromptTemplateConfig(template=text))
