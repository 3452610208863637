"""The promises of every adapter, with the real Pydantic AI."""

from massgen_hub_pydantic_ai.conformance import (
    TestAFactoryOfAnAgentThatAsksAnother,
    TestFromOptions,
    TestOfOnesOwn,
    TestOfOnesOwnWithAStructuredOutput,
    TestWithAnMcpServer,
)

__all__ = [
    "TestAFactoryOfAnAgentThatAsksAnother",
    "TestFromOptions",
    "TestOfOnesOwn",
    "TestOfOnesOwnWithAStructuredOutput",
    "TestWithAnMcpServer",
]
