"""The promises of every adapter, with real LangGraph."""

from massgen_hub_langgraph.conformance import (
    TestAFactoryThatTakesAForm,
    TestAFactoryThatTakesTools,
    TestAGraphReadByFunctions,
    TestAGraphThatAsks,
    TestAGraphWithKeysOfItsOwn,
    TestAGraphWithOthersInside,
    TestFromOptions,
    TestWithAnMcpServer,
)

__all__ = [
    "TestAFactoryThatTakesAForm",
    "TestAFactoryThatTakesTools",
    "TestAGraphReadByFunctions",
    "TestAGraphThatAsks",
    "TestAGraphWithKeysOfItsOwn",
    "TestAGraphWithOthersInside",
    "TestFromOptions",
    "TestWithAnMcpServer",
]
