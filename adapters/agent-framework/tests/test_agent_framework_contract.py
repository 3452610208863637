"""The promises of every adapter, with the real framework."""

from massgen_hub_agent_framework.conformance import (
    TestAGroupChatAsAnAgent,
    TestFromOptions,
    TestHandingOff,
    TestOfOnesOwn,
    TestWithAnMcpServer,
)

__all__ = [
    "TestAGroupChatAsAnAgent",
    "TestFromOptions",
    "TestHandingOff",
    "TestOfOnesOwn",
    "TestWithAnMcpServer",
]
