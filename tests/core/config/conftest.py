"""A registry with made-up adapters, so that no framework is needed to test configs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from massgen_hub.contract import Adapter, ModelSource
from massgen_hub.errors import PluginError
from massgen_hub.options import Options
from massgen_hub.providers import PROVIDERS
from pydantic import Field, field_validator


class Local(Options):
    type: Literal["Local"]
    timeout: int = 60
    work_dir: str = "."


class Docker(Options):
    type: Literal["Docker"]
    image: str


class Code(Options):
    executor: Annotated[Local | Docker, Field(discriminator="type")]


class EchoOptions(Options):
    system_message: str = ""
    temperature: float | None = Field(default=None, ge=0, le=2)
    style: Literal["short", "long"] = "short"
    tools: tuple[str, ...] = ()
    code: Code | None = None
    stop: str | list[str] = ""

    @field_validator("system_message")
    @classmethod
    def _polite(cls, value: str) -> str:
        if "stupid" in value:
            raise ValueError("be polite")
        return value


class ModelOptions(Options):
    system_message: str = ""
    temperature: float | None = None
    max_tokens: int | None = None


class Ag2Member(Options):
    kind: Literal["assistant", "conversable"] = "assistant"
    name: str
    system_message: str | None = None
    description: str | None = None
    temperature: float | None = None


class Ag2Group(Options):
    agents: tuple[Ag2Member, ...]
    pattern: Literal["auto", "round_robin"] = "auto"
    initial_agent: str | None = None
    user_agent: Ag2Member | None = None


class Ag2Options(Options):
    kind: Literal["assistant", "conversable", "agent"] = "assistant"
    name: str | None = None
    system_message: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    code_execution_config: dict[str, Any] | None = None
    group: Ag2Group | None = None
    max_rounds: int = 20


class Robot:
    """What agents of `echo` are in code."""


def opened(options: Any, setup: Any) -> Any:
    raise AssertionError("reading a config opens no agent")


@dataclass
class Row:
    name: str
    error: str = ""
    provides: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Registry:
    def __init__(self) -> None:
        robot = f"{Robot.__module__.partition('.')[0]}.Robot"
        adapters = (
            Adapter(name="echo", summary="Says it again.", options=EchoOptions, open=opened, accepts=(robot,)),
            Adapter(name="model", summary="A chat.", options=ModelOptions, open=opened),
            Adapter(name="ag2", summary="AG2.", options=Ag2Options, open=opened),
        )
        local = ModelSource(name="local", summary="Embedded.", connect=opened)
        self.adapters = {adapter.name: adapter for adapter in adapters}
        self.rules = {"borda": object(), "plurality": object()}
        self.protocols = {"rounds": object()}
        self.models = {source.name: source for source in (*PROVIDERS, local)}
        self.rows = [Row("builtin"), Row("hollow", "ImportError: no module named `hollow`")]

    def insist(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in [row.name for row in self.rows]:
                raise PluginError(f"the plugin `{name}` is not installed", hint=f"pip install massgen-hub-{name}")


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def robot() -> Robot:
    return Robot()


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for source in PROVIDERS:
        for variable in (source.key_variable, source.address_variable):
            monkeypatch.delenv(variable or "NOT_SET", raising=False)


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(text: str, name: str = "council.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written
