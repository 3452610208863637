"""A small MCP server over standard input and output, for agents under test. It offers the tool `add` of the desk."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from ..contract import JSON
from .desk import add

PARAMETERS = {
    "type": "object",
    "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
    "required": ["x", "y"],
}


def serve() -> None:
    """Answer requests, one JSON object a line, until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        if "id" in request:
            answer = {"jsonrpc": "2.0", "id": request["id"], "result": _result(request)}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


def _result(request: Mapping[str, JSON]) -> Mapping[str, JSON]:
    method, given = request["method"], request.get("params") or {}
    if method == "initialize":
        about = {"name": "desk", "version": "1"}
        return {"protocolVersion": given["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": about}
    if method == "tools/list":
        return {"tools": [{"name": "add", "description": "Add two numbers.", "inputSchema": PARAMETERS}]}
    if method == "tools/call":
        return {"content": [{"type": "text", "text": str(add(**given["arguments"]))}], "isError": False}
    return {}


if __name__ == "__main__":
    serve()
