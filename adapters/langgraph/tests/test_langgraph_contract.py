"""The promises of every adapter, with real LangGraph."""

from massgen_hub_langgraph.conformance import (
    TestAFactoryThatTakesAForm,
    TestAFactoryThatTakesTools,
    TestAGraphOfTheUser,
    TestAGraphReadByFunctions,
    TestAGraphThatAsks,
    TestAGraphWithKeysOfItsOwn,
    TestAnAgentMadeFromOptions,
    TestAnAgentWithTools,
)

__all__ = [
    "TestAFactoryThatTakesAForm",
    "TestAFactoryThatTakesTools",
    "TestAGraphOfTheUser",
    "TestAGraphReadByFunctions",
    "TestAGraphThatAsks",
    "TestAGraphWithKeysOfItsOwn",
    "TestAnAgentMadeFromOptions",
    "TestAnAgentWithTools",
]
