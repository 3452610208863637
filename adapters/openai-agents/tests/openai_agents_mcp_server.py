"""A real MCP server: `python openai_agents_mcp_server.py [TRANSPORT PORT]`, on stdin and stdout or over HTTP."""

import os
import sys

from mcp.server import MCPServer

server = MCPServer("desk")


@server.tool()
def multiply(x: int, y: int) -> int:
    """Multiply two numbers."""
    print("multiplying", file=sys.stderr, flush=True)
    return x * y


@server.tool()
def whereabouts() -> str:
    """Tell where the server works, and for whom."""
    return f"{os.getcwd()} for {os.environ.get('PATRON')}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        server.run(sys.argv[1], port=int(sys.argv[2]))
    else:
        server.run()
