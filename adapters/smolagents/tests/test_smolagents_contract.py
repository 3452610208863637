"""The promises of every adapter, with real smolagents."""

from massgen_hub_smolagents.conformance import (
    TestACodeAgentOfTheUser,
    TestAnAgentOfTheUser,
    TestAnAgentThatManagesAnother,
    TestCodeAgent,
    TestToolCallingAgent,
    TestToolCallingAgentWithShortPrompts,
    TestToolCallingAgentWithTools,
)

__all__ = [
    "TestACodeAgentOfTheUser",
    "TestAnAgentOfTheUser",
    "TestAnAgentThatManagesAnother",
    "TestCodeAgent",
    "TestToolCallingAgent",
    "TestToolCallingAgentWithShortPrompts",
    "TestToolCallingAgentWithTools",
]
