"""The promises of every adapter, with real smolagents."""

from massgen_hub_smolagents.conformance import (
    TestFromOptions,
    TestOfOnesOwn,
    TestOfOnesOwnThatManagesAnother,
    TestOfOnesOwnThatWritesCode,
    TestThatManagesAnother,
    TestThatWritesCode,
    TestWithAnMcpServer,
    TestWithShortPrompts,
)

__all__ = [
    "TestFromOptions",
    "TestOfOnesOwn",
    "TestOfOnesOwnThatManagesAnother",
    "TestOfOnesOwnThatWritesCode",
    "TestThatManagesAnother",
    "TestThatWritesCode",
    "TestWithAnMcpServer",
    "TestWithShortPrompts",
]
