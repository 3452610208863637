"""An MCP server with a tool, which also talks to whoever reads what it prints."""

import os
import sys

from mcp.server.fastmcp import FastMCP

if __name__ == "__main__":
    print("the server is up", file=sys.stderr)
    server = FastMCP("abacus", port=int(os.environ.get("PORT", "0")))

    @server.tool()
    def add(x: int, y: int) -> str:
        """Add two numbers."""
        return f"{x + y} {os.environ.get('UNIT', '')}".strip()

    server.run(sys.argv[1])
