"""The promises of every adapter, with the real Semantic Kernel."""

from massgen_hub_semantic_kernel.conformance import (
    TestAFactoryWithAServiceOfItsOwn,
    TestAGroupChat,
    TestASequence,
    TestFromOptions,
    TestWithAnMcpServer,
)

__all__ = [
    "TestAFactoryWithAServiceOfItsOwn",
    "TestAGroupChat",
    "TestASequence",
    "TestFromOptions",
    "TestWithAnMcpServer",
]
