"""Turns of an agent against a scripted model, and the users' modules that a config names."""

import sys
from pathlib import Path
from typing import Any

import pytest
from massgen_hub.testing import ModelServer, fixtures
from massgen_hub_crewai import ADAPTER
from massgen_hub_crewai.quiet import send_nothing

send_nothing()
sys.path.append(str(Path(__file__).parent))

from crewai import LLM  # noqa: E402

server, take = fixtures(ADAPTER)


@pytest.fixture
def llm(server: ModelServer) -> Any:
    """A client of the user's own, shared as users do."""
    return LLM(model="openai/m", base_url=server.base_url, api_key="k")
