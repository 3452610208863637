"""What an agent's entry in the YAML may say. The keys are those of MassGen's `agent_config`, and a few more."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from massgen_hub.hints import did_you_mean
from massgen_hub.options import Options, Reference
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from .executor_options import CodeExecution, Executor, LocalExecutor

HIGHEST_CLASSIC_TEMPERATURE = 1.0


def _none_for_false(value: Any) -> Any:
    """AG2 says `false` where nothing is run."""
    return None if value is False else value


Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
CodeOrNone: TypeAlias = Annotated[CodeExecution | None, BeforeValidator(_none_for_false)]
HumanInput: TypeAlias = Literal["ALWAYS", "TERMINATE", "NEVER"]

CLASSIC_ONLY = {
    "description",
    "group",
    "human_input_mode",
    "max_consecutive_auto_reply",
    "max_rounds",
    "user_proxy",
    "voter",
}


class UserProxy(Options):
    """Who talks to a described agent in the user's place, until there is nothing to run and nothing else to say."""

    name: Name = "user_proxy"
    human_input_mode: HumanInput = "NEVER"
    max_consecutive_auto_reply: int | None = Field(default=None, ge=0)
    default_auto_reply: str | None = None
    code_execution_config: CodeOrNone = None


class Member(UserProxy):
    """One agent of a described group, all of them with the model of the group."""

    kind: Literal["assistant", "conversable", "user_proxy"] = "assistant"
    name: Name
    system_message: str | None = None
    description: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=HIGHEST_CLASSIC_TEMPERATURE)
    max_tokens: int | None = Field(default=None, ge=1)
    tools: tuple[Reference, ...] = ()

    @model_validator(mode="after")
    def _has_a_model(self) -> Member:
        for name in ("temperature", "max_tokens", "tools"):
            if self.kind == "user_proxy" and getattr(self, name):
                raise ValueError(f"`{name}` is an option of members with a model; `kind: user_proxy` has none")
        return self


class Group(Options):
    """A group that the options describe. `initial_agent` speaks first: the first agent, unless it is named."""

    agents: tuple[Member, ...] = Field(min_length=1)
    pattern: Literal["auto", "round_robin", "random", "manual"] = "auto"
    initial_agent: str | None = None
    user_agent: Member | None = None
    context_variables: dict[str, Any] = Field(default_factory=dict)

    @field_validator("agents")
    @classmethod
    def _names_differ(cls, agents: tuple[Member, ...]) -> tuple[Member, ...]:
        names = [agent.name for agent in agents]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two agents of the group have the name `{name}`")
        return agents

    @field_validator("initial_agent")
    @classmethod
    def _is_in_the_group(cls, name: str | None, info: ValidationInfo) -> str | None:
        return _member(name, info.data.get("agents", ()))


class Ag2Options(Options):
    """An agent or a group to build, or what the hub must know of an existing one (`agent: module:attribute`).

    `kind`: `assistant` and `conversable` are classic, `agent` is 1.x. `tools`: `module:function`, called by the model.
    `max_turns`: how many replies of the model an answer may take, with tools and code in between; `max_rounds`: how
    many messages a group that a pattern orders. `voter`: the member that speaks for a group.
    """

    kind: Literal["assistant", "conversable", "agent"] = "assistant"
    name: Name | None = None
    system_message: str | None = None
    description: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    tools: tuple[Reference, ...] = ()
    code_execution_config: CodeOrNone = None
    human_input_mode: HumanInput = "NEVER"
    max_consecutive_auto_reply: int | None = Field(default=None, ge=1)
    max_turns: int = Field(default=6, ge=1)
    user_proxy: UserProxy | None = None
    group: Group | None = None
    max_rounds: int = Field(default=20, ge=2)
    voter: str | None = None

    @property
    def executor(self) -> Executor | None:
        """What runs the code of the agent, if anything does."""
        return self.code_execution_config.executor if self.code_execution_config else None

    @property
    def executors(self) -> tuple[Executor, ...]:
        """All that run code."""
        group = (*self.group.agents, self.group.user_agent) if self.group else ()
        configs = (one.code_execution_config for one in (self, self.user_proxy, *group) if one)
        return tuple(config.executor for config in configs if config)

    @field_validator("voter")
    @classmethod
    def _is_in_the_group(cls, name: str | None, info: ValidationInfo) -> str | None:
        group = info.data.get("group")
        return _member(name, group.agents) if group else name

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Ag2Options:
        if self.kind == "agent":
            self._fits_1x()
        elif self.temperature is not None and self.temperature > HIGHEST_CLASSIC_TEMPERATURE:
            raise ValueError("classic AG2 takes a `temperature` from 0 to 1")
        if self.group:
            for name in sorted(self.model_fields_set - OF_GROUPS):
                raise ValueError(f"`{name}` is an option of one agent; say it of the agents of `group`")
        if self.user_proxy and self.user_proxy.code_execution_config and self.code_execution_config:
            raise ValueError("`code_execution_config` is said twice; who runs the code is the `user_proxy`")
        return self

    def _fits_1x(self) -> None:
        for name in sorted(self.model_fields_set & CLASSIC_ONLY):
            if getattr(self, name) not in (None, "NEVER"):
                raise ValueError(f"`{name}` is an option of classic agents; `kind: agent` has none")
        if not isinstance(self.executor, LocalExecutor | None):
            raise ValueError(
                f"`kind: agent` runs code with LocalCommandLineCodeExecutor only, not {self.executor.type}"
            )
        if self.executor and self.executor.execution_policies:
            raise ValueError("`execution_policies` is an option of classic executors")


OF_GROUPS = {"group", "max_rounds", "max_tokens", "temperature", "voter"}
"""What may be said beside a `group`."""


def _member(name: str | None, members: tuple[Member, ...]) -> str | None:
    names = [agent.name for agent in members]
    if name is None or not names or name in names:
        return name
    near = did_you_mean(name, names)
    raise ValueError(f"the group has no agent `{name}`; {near or 'it has ' + ', '.join(f'`{one}`' for one in names)}")
