"""Servers of tools in an agent's entry."""

import pytest
from massgen_hub.options import McpServer
from pydantic import ValidationError


def test_a_server_is_started_or_found():
    assert McpServer(name="clock", command="uvx", args=["mcp-server-time"]).url is None
    assert McpServer(name="clock", url="https://time.example/mcp").transport == "http"
    for both_or_neither in ({}, {"command": "uvx", "url": "https://time.example/mcp"}):
        with pytest.raises(ValidationError, match="give an MCP server a `command` that starts it, or the `url`"):
            McpServer(name="clock", **both_or_neither)


@pytest.mark.parametrize(
    ("given", "idle", "needed"),
    [
        ({"command": "uvx", "headers": {}}, "headers", "url"),
        ({"url": "https://time.example/mcp", "args": ["x"]}, "args", "command"),
    ],
)
def test_a_key_without_effect_is_refused(given, idle, needed):
    with pytest.raises(ValidationError, match=f"`{idle}` has no effect without `{needed}`"):
        McpServer(name="clock", **given)


def test_secrets_of_a_server_are_not_shown():
    assert "hush" not in repr(McpServer(name="clock", command="uvx", env={"TOKEN": "hush"}))
