"""Configs: strict YAML, or a mapping made in code, to checked records. What is wrong is told with its line."""

from .editors import json_schema
from .load import from_mapping, load
from .schema import OwnEnvironment
from .types import AgentSpec, Config, Origin

__all__ = ["AgentSpec", "Config", "Origin", "OwnEnvironment", "from_mapping", "json_schema", "load"]
