"""The promises of every adapter, with the real CrewAI."""

from massgen_hub_crewai.conformance import (
    TestACrewOfOnesOwn,
    TestAFlowOfOnesOwn,
    TestAnAgentOfOnesOwn,
    TestFromOptions,
)

__all__ = [
    "TestACrewOfOnesOwn",
    "TestAFlowOfOnesOwn",
    "TestAnAgentOfOnesOwn",
    "TestFromOptions",
]
