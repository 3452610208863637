"""The rule and the protocol that docs/plugins.md shows: they load as a plugin's, and hold under faulty schedules."""

import asyncio
import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from massgen_hub import Hub, Registry
from massgen_hub.consensus.rules import Vote
from massgen_hub.plugins import installed
from massgen_hub.testing.simulator import check, simulate

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"
RULE, PROTOCOL = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def names_in(code):
    """What a page's code defines."""
    found = {"__name__": "page"}
    exec(code, found)
    return found


def test_the_rule_elects_a_condorcet_winner_and_else_bordas():
    rule = names_in(RULE)["BLACK"]

    def winners(*rankings):
        cast = [Vote(voter=f"v{i}", shown=tuple("pqr"), ranking=tuple(one)) for i, one in enumerate(rankings)]
        return rule.count(cast, "pqr").winners

    assert winners(*["pqr"] * 3, *["qrp"] * 2) == ("p",)
    assert winners(*["pqr"] * 4, *["qrp"] * 3, *["rpq"] * 2) == ("p", "q")


@pytest.mark.parametrize("seed", range(60))
def test_the_rule_and_the_protocol_hold_under_faulty_schedules(seed):
    [spec], [rule] = names_in(PROTOCOL)["register_protocols"](), names_in(RULE)["register_rules"]()
    assert check(simulate(seed, protocol=spec, rule=rule)) == []


def test_a_plugin_may_bring_them(tmp_path, monkeypatch):
    (tmp_path / "own_rule.py").write_text(RULE)
    (tmp_path / "own_protocol.py").write_text(PROTOCOL)
    monkeypatch.syspath_prepend(tmp_path)
    points = [EntryPoint(name=name, value=name, group="massgen_hub") for name in ("own_rule", "own_protocol")]
    names = Registry([*(point for point in installed() if point.name == "builtin"), *points])
    agents = [{"id": name, "type": "scripted", "answer": name, "votes": ["b"]} for name in ("a", "b", "c")]
    hub = Hub(
        {"agents": agents, "consensus": {"rule": "black", "protocol": "sealed", "refine": 0}}, runs=None, registry=names
    )
    verdict = asyncio.run(hub.run("Which letter?"))
    assert (verdict.answer, verdict.rule, verdict.by) == ("b", "black", "vote")
