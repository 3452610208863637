"""Turns of an agent against a scripted model, and the users' modules that a config names."""

import sys
from pathlib import Path

from massgen_hub.testing import fixtures
from massgen_hub_pydantic_ai import ADAPTER

sys.path.append(str(Path(__file__).parent))

server, take = fixtures(ADAPTER)
