"""Thousands of faulty runs break no invariant, and they meet every fault, rule, panel and outside event there is."""

from collections import Counter

import pytest
from massgen_hub.testing.simulator import check, simulate
from massgen_hub.testing.simulator.faults import FAULTS
from massgen_hub.testing.simulator.schedule import draw_schedule
from massgen_hub.testing.simulator.twins import check_twins

PROTOCOLS = sorted({draw_schedule(seed).protocol.name for seed in range(200)})
SEEDS = 500


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_faulty_schedules_break_no_invariant(protocol):
    broken = [one for seed in range(SEEDS) for one in check(simulate(seed, protocol=protocol))]
    assert broken == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_order_of_registration_changes_no_winner(protocol):
    for seed in range(1000, 1060):
        one, other = simulate(seed, protocol=protocol), simulate(seed, protocol=protocol, order=seed)
        assert check_twins(one, simulate(seed, protocol=protocol), other) == []


def test_every_fault_is_met():
    met = Counter()
    for seed in range(SEEDS):
        met.update(simulate(seed, protocol="rounds").met)
    rare = {"too_much_data", "too_deep"}
    assert met.keys() - rare == (FAULTS.keys() | {"nothing"}) - rare


def test_seeds_choose_every_panel_rule_protocol_and_outside_event():
    drawn = [draw_schedule(seed) for seed in range(1000)]
    assert {len(one.order) for one in drawn} == set(range(1, 10))
    assert {one.protocol.name for one in drawn} == set(PROTOCOLS)
    assert len({one.rule.name for one in drawn}) >= 2
    assert {one.outside.what for one in drawn} == {"nothing", "cancel", "stop", "disk_full", "kill"}
    assert {bool(one.settings.electorate.judge) for one in drawn} == {True, False}


def test_a_killed_run_is_resumed_to_its_end():
    histories = [simulate(seed, protocol="rounds") for seed in range(SEEDS)]
    resumed = [one for one in histories if len(one.lives) > 1]
    assert len(resumed) > 10
    assert all(one.verdict is not None for one in resumed)


def test_every_way_to_end_is_met():
    outcomes = {simulate(seed, protocol="rounds").outcome for seed in range(SEEDS)}
    assert {
        "decided by vote (complete)",
        "decided by gate (complete)",
        "no decision, none (complete)",
        "no decision, none (deadline)",
        "raised CancelledError",
        "raised Unwritable",
    } <= outcomes
