"""The promises of every adapter, with the real OpenAI Agents SDK."""

from massgen_hub_openai_agents.conformance import (
    TestAFactoryWithAClientOfItsOwn,
    TestFromOptions,
    TestHandingOff,
    TestOfOnesOwn,
    TestOfOnesOwnWithAStructuredOutput,
    TestOverTheResponsesApi,
    TestWithAnMcpServer,
)

__all__ = [
    "TestAFactoryWithAClientOfItsOwn",
    "TestFromOptions",
    "TestHandingOff",
    "TestOfOnesOwn",
    "TestOfOnesOwnWithAStructuredOutput",
    "TestOverTheResponsesApi",
    "TestWithAnMcpServer",
]
