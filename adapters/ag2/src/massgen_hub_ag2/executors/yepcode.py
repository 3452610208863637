"""Code at YepCode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autogen.coding import YepCodeCodeExecutor
from massgen_hub.errors import ConfigError

from ..executor_options import YepCodeExecutor
from .bounded import Bounded, Brake
from .scoped import environment


def check(settings: YepCodeExecutor) -> None:
    """Raise `ConfigError` where there is no token, or YepCode does not take it."""
    if not settings.api_token:
        hint = "set YEPCODE_API_TOKEN, or `api_token: ${...}` to another variable"
        raise ConfigError("YepCodeCodeExecutor needs a token", hint=hint)
    try:
        _executor(settings)._runner.yepcode_api._get_access_token()
    except Exception as failure:  # their client raises ValueError, RuntimeError and its own
        said = str(failure).replace(settings.api_token, "...")
        raise ConfigError(f"YepCode cannot be used: {said}", hint="is `api_token` right, and `api_host`?") from None


@contextmanager
def opened(settings: YepCodeExecutor, _folder: Path) -> Iterator[Bounded]:
    """The executor of one turn. Files stay at YepCode."""
    executor = _executor(settings)
    watched = executor._runner.yepcode_api = Watched(executor._runner.yepcode_api)
    # YepCode's client takes a timeout and does nothing with it.
    yield Bounded(executor.execute_code_blocks, settings.timeout, Brake(after=0, pull=watched.kill))


def _executor(settings: YepCodeExecutor) -> YepCodeCodeExecutor:
    """AG2 passes on the token alone; YepCode's client reads the rest from variables, and from any `.env` around."""
    host = {"YEPCODE_API_HOST": settings.api_host} if settings.api_host else {}
    with environment(PYTHON_DOTENV_DISABLED="1", **host):
        return YepCodeCodeExecutor(**settings.model_dump(exclude={"type", "api_host"}, exclude_none=True))


class Watched:
    """YepCode's API for one turn, which knows what was started there last."""

    def __init__(self, api: Any) -> None:
        self._api = api
        self._started = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def execute_process_async(self, *arguments: Any) -> Any:
        """Start an execution."""
        answer = self._api.execute_process_async(*arguments)
        self._started = answer["executionId"]
        return answer

    def kill(self) -> None:
        """End it."""
        self._api.kill_execution(self._started)
