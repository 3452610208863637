"""An MCP server with two tools, made with whichever `mcp` is installed: `stdio`, or `http PORT` or `sse PORT`."""

import sys

try:
    from mcp.server.mcpserver import MCPServer
except ModuleNotFoundError:
    from mcp.server.fastmcp import FastMCP as MCPServer


def add(x: int, y: int) -> str:
    """Add two numbers."""
    return str(x + y)


def fail() -> str:
    """Fail."""
    raise RuntimeError("no ink")


if __name__ == "__main__":
    server = MCPServer("desk")
    server.add_tool(add)
    server.add_tool(fail)
    if sys.argv[1] == "stdio":
        server.run("stdio")
    else:
        import uvicorn

        app = server.sse_app() if sys.argv[1] == "sse" else server.streamable_http_app()
        uvicorn.run(app, port=int(sys.argv[2]))
