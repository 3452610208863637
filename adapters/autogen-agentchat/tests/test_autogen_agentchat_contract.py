"""The promises of every adapter, with the real AutoGen."""

from massgen_hub_autogen_agentchat.conformance import (
    TestACoder,
    TestAnAssistant,
    TestARoundRobin,
    TestASwarm,
    TestFromOptions,
    TestWithAnMcpServer,
)

__all__ = [
    "TestACoder",
    "TestARoundRobin",
    "TestASwarm",
    "TestAnAssistant",
    "TestFromOptions",
    "TestWithAnMcpServer",
]
