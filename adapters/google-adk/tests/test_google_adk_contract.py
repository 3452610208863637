"""The promises of every adapter, kept."""

from massgen_hub_google_adk.conformance import (
    TestAWorkflow,
    TestFromOptions,
    TestHandingOver,
    TestOfOnesOwn,
    TestOfOnesOwnWithAStructuredOutput,
    TestWithAnMcpServer,
)

__all__ = [
    "TestAWorkflow",
    "TestFromOptions",
    "TestHandingOver",
    "TestOfOnesOwn",
    "TestOfOnesOwnWithAStructuredOutput",
    "TestWithAnMcpServer",
]
