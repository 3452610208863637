"""The promises of every adapter, with real AgentScope."""

from massgen_hub_agentscope.conformance import (
    TestAgentScopeFromOptions,
    TestAgentScopeOfOnesOwn,
    TestAgentScopeThatAsks,
    TestAgentScopeWithMcp,
    TestAgentScopeWithTools,
)

__all__ = [
    "TestAgentScopeFromOptions",
    "TestAgentScopeOfOnesOwn",
    "TestAgentScopeThatAsks",
    "TestAgentScopeWithMcp",
    "TestAgentScopeWithTools",
]
