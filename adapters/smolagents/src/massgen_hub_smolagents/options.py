"""What an agent's entry may say about an agent of smolagents."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from massgen_hub.errors import ConfigError
from massgen_hub.options import Options
from pydantic import Field, model_validator

Reference = Annotated[str, Field(pattern=r"^[\w.]+:[\w.]+$")]
"""`module:attribute`."""

FOR_CODE_ONLY = ("additional_authorized_imports", "executor_timeout")
FOR_ANY_AGENT = ("max_steps",)


class SmolagentsOptions(Options):
    """`max_steps` also bounds an agent of your own; everything else describes one that the hub makes.

    `tools` names functions (annotated, with an `Args:` docstring) and instances or subclasses of `smolagents.Tool`.
    `executor_timeout` is in seconds. `prompts: short` replaces smolagents' long prompts, for models with little room.
    """

    kind: Literal["tool_calling", "code"] = "tool_calling"
    system_message: str = ""
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    max_steps: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    additional_authorized_imports: tuple[str, ...] = ()
    executor_timeout: int | None = Field(default=None, gt=0)
    prompts: Literal["short", "full"] = "full"

    @model_validator(mode="after")
    def _fit_the_kind(self) -> Self:
        useless = [] if self.kind == "code" else self._given(FOR_CODE_ONLY)
        if useless:
            raise ValueError(f"`{useless[0]}` needs `kind: code`")
        return self

    def refuse_for_own_agent(self) -> None:
        """Raise `ConfigError` where an option is given that an agent of the user's own has decided already."""
        useless = self._given(tuple(name for name in type(self).model_fields if name not in FOR_ANY_AGENT))
        if useless:
            what = f"`{useless[0]}` has no effect on an agent of your own"
            raise ConfigError(what, hint="set it where the agent is made, and remove it here")

    def _given(self, names: tuple[str, ...]) -> list[str]:
        fields = type(self).model_fields
        return [name for name in names if getattr(self, name) != fields[name].default]
