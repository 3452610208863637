"""The promises of every adapter, with real AgentScope of the generation that is installed."""

from massgen_hub_agentscope.conformance import (
    TestAgentScope1FromOptions,
    TestAgentScope1OfOnesOwn,
    TestAgentScope1WithMcp,
    TestAgentScopeFromOptions,
    TestAgentScopeOfOnesOwn,
    TestAgentScopeThatAsks,
    TestAgentScopeWithMcp,
    TestAgentScopeWithTools,
)

__all__ = [
    "TestAgentScope1FromOptions",
    "TestAgentScope1OfOnesOwn",
    "TestAgentScope1WithMcp",
    "TestAgentScopeFromOptions",
    "TestAgentScopeOfOnesOwn",
    "TestAgentScopeThatAsks",
    "TestAgentScopeWithMcp",
    "TestAgentScopeWithTools",
]
