"""The JSON Schema that editors get."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from massgen_hub.config import json_schema


@pytest.fixture
def validator(registry: Any) -> Draft202012Validator:
    schema = json_schema(registry)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


GOOD = """
models: {big: openai/gpt-5, own: {model: llama, base_url: "http://127.0.0.1:8000/v1", key: OWN_KEY}}
agents:
  - {id: ann, type: echo, model: big, style: long, code: {executor: {type: Local}}}
  - {type: model, model: {model: openai/gpt-5}, agent: "my_agents:bob", environment: worker}
  - {id: crew, type: crewai, memory: 512 MB, pass_env: [KEY], environment: {python: 3.12, requires: ["openai<3"]}}
  - {id: gemini, backend: {type: gemini, model: gemini-2.5-pro}}
criteria: [Be brief.]
consensus: {gate: "off", quorum: 2/3, present: {synthesize: ann}, threshold: 0.5, refine: 0}
timeout: 60
"""


def test_a_good_config_fits_the_schema(validator: Draft202012Validator) -> None:
    assert list(validator.iter_errors(yaml.safe_load(GOOD))) == []


@pytest.mark.parametrize(
    "name",
    [
        "unknown-type",
        "missing-type",
        "unknown-top-key",
        "unknown-agent-key",
        "unknown-nested-key",
        "unknown-consensus-key",
        "unknown-model-key",
        "agents-as-mapping",
        "agent-as-text",
        "empty-agents",
        "no-agents",
        "option-not-allowed",
        "number-out-of-bounds",
        "value-not-allowed",
        "missing-option",
        "id-with-a-path",
        "own-environment-key",
        "environment-word",
        "unknown-way-to-present",
        "quorum-of-nothing",
    ],
)
def test_an_editor_sees_what_is_broken(name: str, validator: Draft202012Validator) -> None:
    broken = Path(__file__).parents[2] / "configs" / "broken" / f"{name}.yaml"
    assert not validator.is_valid(yaml.safe_load(broken.read_text(encoding="utf-8")))


def test_every_adapter_tells_its_summary_and_its_options(registry: Any) -> None:
    entries = json_schema(registry)["properties"]["agents"]["items"]["anyOf"]
    echo = next(entry for entry in entries if entry["title"] == "type: echo")
    assert echo["description"] == "Says it again."
    assert {"id", "model", "timeout", "style", "code"} <= set(echo["properties"])
