"""An MCP server with a tool."""

import os
import sys

from mcp.server.fastmcp import FastMCP

if __name__ == "__main__":
    server = FastMCP("abacus", port=int(os.environ.get("PORT", "0")))

    @server.tool()
    def add(x: int, y: int) -> str:
        """Add two numbers."""
        return f"{x + y} {os.environ.get('UNIT', '')}".strip()

    server.run(sys.argv[1])
