"""What runs the code that an agent writes: the keys of `code_execution_config`, which are AG2's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from massgen_hub.options import Options
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

Place: TypeAlias = Annotated[Path, AfterValidator(Path.absolute)]
Seconds: TypeAlias = Annotated[int, Field(ge=1)]
Port: TypeAlias = Annotated[int, Field(ge=1, le=65535)]
Secret: TypeAlias = Annotated[str | None, Field(repr=False)]
Policies: TypeAlias = dict[str, bool]


def _without_tls(value: Any) -> Any:
    if value is not False:
        raise ValueError("only false: AG2 opens the WebSocket of a kernel without TLS")
    return value


class LocalExecutor(Options):
    """Runs code as a subprocess on this machine. Without `work_dir` it works in the folder of the turn."""

    type: Literal["LocalCommandLineCodeExecutor"]
    timeout: Seconds = 60
    work_dir: Place | None = None
    execution_policies: Policies | None = None


class DockerExecutor(Options):
    """Runs code in a container, one for each turn. `bind_dir` is where the engine finds `work_dir`."""

    type: Literal["DockerCommandLineCodeExecutor"]
    image: str = "python:3-slim"
    container_name: str | None = None
    timeout: Seconds = 60
    work_dir: Place | None = None
    bind_dir: Place | None = None
    auto_remove: bool = True
    stop_container: bool = True
    execution_policies: Policies | None = None
    container_create_kwargs: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _binds_what_it_knows(self) -> DockerExecutor:
        if self.bind_dir is not None and self.work_dir is None:
            raise ValueError("`bind_dir` is the engine's name of `work_dir`: give both")
        return self


class LocalServer(Options):
    """A kernel gateway on this machine, one for each turn. Without `port` it takes a free one, without `token` it makes
    one up, and without `log_file` its log is dropped."""

    type: Literal["LocalJupyterServer"] = "LocalJupyterServer"
    ip: str = "127.0.0.1"
    port: Port | None = None
    token: Secret = None
    log_file: Place | None = None
    log_level: str = "INFO"
    log_max_bytes: int = Field(default=1048576, ge=0)
    log_backup_count: int = Field(default=3, ge=0)


class DockerServer(Options):
    """A kernel gateway in a container, one for each turn. Without `custom_image_name` AG2 builds its own image."""

    type: Literal["DockerJupyterServer"]
    custom_image_name: str | None = None
    container_name: str | None = None
    auto_remove: bool = True
    stop_container: bool = True
    docker_env: dict[str, str] | None = None
    token: Secret = None


class RunningServer(Options):
    """A Jupyter server or kernel gateway that runs already."""

    type: Literal["JupyterConnectionInfo"]
    host: str
    port: Port | None = None
    token: Secret = None
    use_https: Annotated[Literal[False], BeforeValidator(_without_tls)] = False


Server: TypeAlias = LocalServer | DockerServer | RunningServer


class JupyterExecutor(Options):
    """Runs code in a kernel of a Jupyter server, one for each turn."""

    type: Literal["JupyterCodeExecutor"]
    jupyter_server: Annotated[Server, Field(discriminator="type")] = LocalServer()
    kernel_name: str = "python3"
    timeout: Seconds = 60
    output_dir: Place | None = None


class EmbeddedExecutor(Options):
    """Runs code in a kernel without a server, one for each turn."""

    type: Literal["EmbeddedIPythonCodeExecutor"]
    kernel_name: str = "python3"
    timeout: Seconds = 60
    output_dir: Place | None = None


class YepCodeExecutor(Options):
    """Runs code at YepCode. Without `api_token` and `api_host`, what YEPCODE_API_TOKEN and YEPCODE_API_HOST say.

    The variables are read here, in the hub: a worker has none of its keys.
    """

    type: Literal["YepCodeCodeExecutor"]
    api_token: Secret = None
    api_host: str | None = None
    timeout: Seconds = 60
    remove_on_done: bool = False
    sync_execution: bool = True

    @model_validator(mode="before")
    @classmethod
    def _from_the_environment(cls, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        names = {name: os.environ.get(f"YEPCODE_{name.upper()}") for name in ("api_token", "api_host")}
        return {name: value for name, value in names.items() if value} | said


Executor: TypeAlias = LocalExecutor | DockerExecutor | JupyterExecutor | EmbeddedExecutor | YepCodeExecutor


class CodeExecution(Options):
    """Where the code that the agent writes is run."""

    executor: Executor = Field(discriminator="type")
