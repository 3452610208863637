"""The promises of every adapter, with the real ADK."""

from massgen_hub_google_adk.conformance import (
    TestAWorkflow,
    TestFromOptions,
    TestHandingOver,
    TestOfOnesOwn,
    TestWithAnMcpServer,
)

__all__ = [
    "TestAWorkflow",
    "TestFromOptions",
    "TestHandingOver",
    "TestOfOnesOwn",
    "TestWithAnMcpServer",
]
