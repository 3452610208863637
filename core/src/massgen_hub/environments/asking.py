"""Asks the environments of agents whether they know the agents' adapters and take their options."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..codec import to_json
from ..config import AgentSpec
from ..config.agents import HUB_KEYS
from ..config.checking import told
from ..errors import ConfigError, NotBuilt
from ..folders import temporary
from ..worker.family import PREFIX
from ..worker.launch import Launch
from .wanted import asked_at

PATIENCE = 120.0


def check_options(specs: Sequence[AgentSpec], pythons: Mapping[str, Path]) -> None:
    """Check the options of agents that live elsewhere, in one process for each environment.

    Raises `ConfigError` with the place of what is wrong, `NotBuilt` where an environment has not what it takes.
    """
    by_python: dict[Path, list[AgentSpec]] = {}
    for spec in specs:
        if spec.id in pythons:
            by_python.setdefault(pythons[spec.id], []).append(spec)
    for python, group in by_python.items():
        with asked_at(group[0].at("environment")):
            answers = ask(python, [{"adapter": spec.type, "options": options_of(spec)} for spec in group])
        for spec, answer in zip(group, answers, strict=True):
            _raise_what_is_wrong(spec, answer, python)


def options_of(spec: AgentSpec) -> Any:
    """The options as the YAML has them."""
    return spec.options.model_dump(mode="json", exclude_unset=True)


def ask(python: Path, questions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What `python -m massgen_hub.worker --check` says of adapters and their options. Raises `NotBuilt`."""
    try:
        answers = json.loads(_asked(python, to_json(list(questions))))
    except (OSError, ValueError, subprocess.SubprocessError) as failure:
        said = str(getattr(failure, "stderr", "") or failure).strip()[-500:]
        hint = "install massgen-hub and the adapter there" if "massgen_hub" in said else ""
        raise NotBuilt(f"{python} cannot be asked about its adapters: {said}", hint=hint) from None
    assert isinstance(answers, list)
    return answers


def _asked(python: Path, questions: str) -> str:
    """Started as a worker is: plugins that are imported there see no key of the hub."""
    with temporary(PREFIX) as home:
        launch = Launch(python=python, home=home, log=home / "worker.log")
        launch.make_folders()
        done = subprocess.run(
            [*launch.command, "--check"], input=questions, env=launch.environment(),
            capture_output=True, text=True, timeout=PATIENCE, check=True,
        )  # fmt: skip
        return done.stdout


def _raise_what_is_wrong(spec: AgentSpec, answer: Mapping[str, Any], python: Path) -> None:
    if answer["error"]:
        what = f"agent `{spec.id}`: {answer['error']} (in {python})"
        raise ConfigError(what, place=spec.at("type"), hint=answer["hint"])
    if answer["problems"]:
        if spec.written is None:
            raise ConfigError(f"agent `{spec.id}`: {answer['problems'][0]['msg']}")
        raise told(answer["problems"], spec.written, also=HUB_KEYS)
