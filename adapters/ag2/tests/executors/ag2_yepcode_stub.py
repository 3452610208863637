"""A stand-in for YepCode on loopback: as much of its REST API as its client needs, running the code for real."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

CLIENT = "sa-team-12345678"
ENDED = {0: "FINISHED", -9: "KILLED"}


def token(secret: str) -> str:
    """An API token as YepCode gives them out."""
    return "sk-" + base64.b64encode(f"{CLIENT}:{secret}".encode()).decode()


def _signed(claims: dict[str, Any]) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{middle}.none"


class Execution:
    """One run of a script."""

    def __init__(self, source: str, language: str, folder: Path) -> None:
        program = [sys.executable, "-c"] if language == "PYTHON" else ["node", "-e"]
        pipe, same = subprocess.PIPE, subprocess.STDOUT
        self.run = subprocess.Popen([*program, source], cwd=folder, stdout=pipe, stderr=same, text=True)
        self._output: str | None = None

    @property
    def status(self) -> str:
        """In YepCode's words."""
        code = self.run.poll()
        return "RUNNING" if code is None else ENDED.get(code, "ERROR")

    def end(self) -> None:
        """Kill it."""
        self.run.kill()
        self.run.wait()
        self.logs()

    def logs(self) -> list[dict[str, str]]:
        """A line of log for each line that was printed."""
        if self._output is None and self.run.poll() is not None:
            self._output = self.run.communicate()[0]
        level = "ERROR" if self.status == "ERROR" else "INFO"
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
        return [{"timestamp": now, "level": level, "message": line} for line in (self._output or "").splitlines()]


class YepCodeStub:
    """The server, as a context manager. Code runs in `folder`; `scripts` holds what is kept, by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.token = token("secret")
        self.scripts: dict[str, dict[str, str]] = {}
        self.executions: list[Execution] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"stub": self}))
        self.address = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        for execution in self.executions:
            execution.end()

    def answer(self, method: str, path: list[str], body: dict[str, Any], sent: Callable[[str], str | None]) -> Any:
        """What the API answers, or the status of an error."""
        match method, *path:
            case "POST", "auth", "token":
                claims = {"client_id": CLIENT, "exp": int(time.time()) + 3600}
                return {"access_token": _signed(claims)} if sent("x-api-token") == self.token else 401
            case "POST", "processes":
                return self._keep(body["name"], body["script"])
            case _, "processes", name, *rest if name in self.scripts:
                return self._of_script(method, name, rest)
            case _, "executions", number, *rest:
                return self._of_execution(self.executions[int(number)], rest)
        return 404

    def _keep(self, name: str, script: dict[str, str]) -> dict[str, str]:
        self.scripts[name] = script
        return {"id": name}

    def _of_script(self, method: str, name: str, rest: list[str]) -> Any:
        if rest == ["execute"]:
            script = self.scripts[name]
            self.executions.append(Execution(script["sourceCode"], script["programmingLanguage"], self._folder))
            return {"executionId": str(len(self.executions) - 1)}
        return self.scripts.pop(name) if method == "DELETE" else {"id": name}

    def _of_execution(self, execution: Execution, rest: list[str]) -> Any:
        if rest == ["logs"]:
            return {"hasNextPage": False, "data": execution.logs()}
        if rest == ["kill"]:
            execution.end()
        return {"processId": "", "status": execution.status, "timeline": {"events": []}}


class _Handler(BaseHTTPRequestHandler):
    stub: YepCodeStub

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = self.path.partition("?")[0].partition("/rest/")[2].split("/")
        answer = self.stub.answer(self.command, path, json.loads(body or b"{}"), self.headers.get)
        status, value = (answer, {"message": "no"}) if isinstance(answer, int) else (200, answer)
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names that http.server calls
