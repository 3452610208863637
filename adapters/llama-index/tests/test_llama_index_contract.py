"""The promises of every adapter, with the real LlamaIndex."""

from massgen_hub_llama_index.conformance import *  # noqa: F403 - the contract classes
