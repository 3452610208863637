"""What an agent's entry in the YAML may say. The keys are those of MassGen's `agent_config`, and a few more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from massgen_hub.options import Options, Reference
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

CLASSIC_ONLY = ("description", "max_consecutive_auto_reply")
HIGHEST_CLASSIC_TEMPERATURE = 1.0

WorkDir: TypeAlias = Annotated[Path, AfterValidator(Path.absolute)]
Seconds: TypeAlias = Annotated[int, Field(ge=1)]
Policies: TypeAlias = dict[str, bool]


class LocalExecutor(Options):
    """Runs code as a subprocess on this machine. Without `work_dir` it works in the folder of the turn."""

    type: Literal["LocalCommandLineCodeExecutor"]
    timeout: Seconds = 60
    work_dir: WorkDir | None = None
    execution_policies: Policies | None = None


class DockerExecutor(Options):
    """Runs code in a container, one for each turn."""

    type: Literal["DockerCommandLineCodeExecutor"]
    image: str = "python:3-slim"
    container_name: str | None = None
    timeout: Seconds = 60
    work_dir: WorkDir | None = None
    bind_dir: WorkDir | None = None
    auto_remove: bool = True
    stop_container: bool = True
    execution_policies: Policies | None = None
    container_create_kwargs: dict[str, Any] | None = None


class JupyterExecutor(Options):
    """Runs code in the kernel of a Jupyter server of its own, one for each turn."""

    type: Literal["JupyterCodeExecutor"]
    kernel_name: str = "python3"
    timeout: Seconds = 60
    output_dir: WorkDir | None = None


class YepCodeExecutor(Options):
    """Runs code at YepCode. Without `api_token` the variable YEPCODE_API_TOKEN holds the token."""

    type: Literal["YepCodeCodeExecutor"]
    api_token: str | None = Field(default=None, repr=False)
    timeout: Seconds = 60
    remove_on_done: bool = False
    sync_execution: bool = True


Executor: TypeAlias = LocalExecutor | DockerExecutor | JupyterExecutor | YepCodeExecutor


class CodeExecution(Options):
    """Where the code that the agent writes is run."""

    executor: Executor = Field(discriminator="type")


def _none_for_false(value: Any) -> Any:
    """AG2 says `false` where nothing is run."""
    return None if value is False else value


def _never(value: Any) -> Any:
    if value != "NEVER":
        raise ValueError("only NEVER: nobody sits at the prompt of an agent while the hub runs it")
    return value


class Ag2Options(Options):
    """An agent to build; of an existing one (`agent: module:attribute`) only `kind` and `max_turns` may be said.

    `kind`: `assistant` and `conversable` are classic, `agent` is 1.x. `tools`: `module:function`, called by the model.
    `max_turns`: how many replies of the model an answer may take, with tools and code in between.
    """

    kind: Literal["assistant", "conversable", "agent"] = "assistant"
    name: str | None = Field(default=None, pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    system_message: str | None = None
    description: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    tools: tuple[Reference, ...] = ()
    code_execution_config: Annotated[CodeExecution | None, BeforeValidator(_none_for_false)] = None
    human_input_mode: Annotated[Literal["NEVER"], BeforeValidator(_never)] = "NEVER"
    max_consecutive_auto_reply: int | None = Field(default=None, ge=1)
    max_turns: int = Field(default=6, ge=1)

    @property
    def executor(self) -> Executor | None:
        """What runs code, if anything does."""
        return self.code_execution_config.executor if self.code_execution_config else None

    @model_validator(mode="after")
    def _fits_its_generation(self) -> Ag2Options:
        if self.kind == "agent":
            self._fits_1x()
        elif self.temperature is not None and self.temperature > HIGHEST_CLASSIC_TEMPERATURE:
            raise ValueError("classic AG2 takes a `temperature` from 0 to 1")
        return self

    def _fits_1x(self) -> None:
        for name in CLASSIC_ONLY:
            if getattr(self, name) is not None:
                raise ValueError(f"`{name}` is an option of classic agents; `kind: agent` has none")
        if not isinstance(self.executor, LocalExecutor | None):
            raise ValueError(
                f"`kind: agent` runs code with LocalCommandLineCodeExecutor only, not {self.executor.type}"
            )
        if self.executor and self.executor.execution_policies:
            raise ValueError("`execution_policies` is an option of classic executors")
