"""Code of AgentScope 1.x where 2.x is installed, and the other way round."""

from __future__ import annotations

import asyncio
import re

import pytest
from massgen_hub import Hub
from massgen_hub.errors import ConfigError
from massgen_hub_agentscope import generation
from massgen_hub_agentscope.generation import advice, refuse_misfits

FOR_1X = 'environment: {requires: ["agentscope<2", "mcp<2", "openai<3", "sqlalchemy[asyncio]"]}'


@pytest.fixture
def installed(monkeypatch):
    """`installed(agentscope="1.0.21")`: what the environment holds, as far as its metadata tell."""

    def installed(*, greenlet=True, **versions):
        monkeypatch.setattr(generation, "version", versions.__getitem__)
        monkeypatch.setattr(generation, "find_spec", lambda _name: object() if greenlet else None)

    return installed


@pytest.mark.parametrize("of_a_factory", [False, True])
def test_code_of_1_x_is_told_the_environment_that_it_needs(tmp_path, of_a_factory):
    line = "from agentscope.agent import ReActAgent"
    (tmp_path / "veterans.py").write_text(f"def agent():\n    {line}" if of_a_factory else line)
    config = tmp_path / "veterans.yaml"
    config.write_text('agents: [{type: agentscope, agent: "veterans:agent"}]')
    with pytest.raises(ConfigError, match="cannot import name 'ReActAgent'") as refused:
        asyncio.run(Hub(config, runs=tmp_path).run("Who are you?"))
    assert re.fullmatch(
        rf"here is agentscope 2.*; for code of AgentScope 1.x write `{re.escape(FOR_1X)}`", refused.value.hint
    )


def test_code_of_2_x_is_told_so_too(installed):
    installed(agentscope="1.0.21", mcp="1.30.0", openai="2.54.0")
    said = advice(ImportError("cannot import name 'Agent'", name="agentscope.agent"))
    assert (
        said
        == 'here is agentscope 1.0.21; for code of AgentScope 2.x write `environment: {requires: ["agentscope>=2"]}`'
    )


def test_what_1_x_does_not_say_that_it_needs_is_one_line_to_paste(installed):
    installed(agentscope="1.0.21", mcp="2.3.0", openai="2.54.0", greenlet=False)
    with pytest.raises(ConfigError, match=r"mcp 2\.3\.0 is too new and greenlet is not installed") as refused:
        refuse_misfits()
    assert FOR_1X in refused.value.hint
    assert FOR_1X in advice(ImportError("cannot import name 'streamablehttp_client'", name="mcp.client"))


def test_other_modules_that_are_missing_are_none_of_its_business():
    assert advice(ModuleNotFoundError("No module named 'pandas'", name="pandas")) == ""
