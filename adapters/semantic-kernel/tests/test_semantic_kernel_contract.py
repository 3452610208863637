"""The promises of every adapter, with the real Semantic Kernel."""

from massgen_hub_semantic_kernel.conformance import (
    TestAFactoryWithAServiceOfItsOwn,
    TestFromOptions,
    TestWithAnMcpServer,
)

__all__ = ["TestAFactoryWithAServiceOfItsOwn", "TestFromOptions", "TestWithAnMcpServer"]
