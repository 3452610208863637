"""A violation can be replayed: the same seed, the same history, in every process; and the command tells it."""

import os
import subprocess
import sys

from massgen_hub.consensus import BORDA, ROUNDS
from massgen_hub.testing.simulator import __main__ as command
from massgen_hub.testing.simulator import check, simulate
from massgen_hub.testing.simulator.campaign import survey, surveys

SEEDS = range(60)
PROBE = """
from massgen_hub.testing.simulator import simulate
print(*(simulate(seed).fingerprint for seed in range(60)))
"""


def test_another_process_with_another_hash_seed_gives_the_same_histories():
    here = os.environ.get("PYTHONHASHSEED", "random")
    environment = {**os.environ, "PYTHONHASHSEED": "1" if here != "1" else "2"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == [simulate(seed).fingerprint for seed in SEEDS]


def test_different_seeds_give_different_histories():
    assert len({simulate(seed).fingerprint for seed in SEEDS}) == len(SEEDS)


def test_records_of_ones_own_are_simulated_as_they_are():
    history = simulate(5, protocol=ROUNDS, rule=BORDA)
    assert (history.schedule.protocol, history.schedule.rule) == (ROUNDS, BORDA)
    assert check(history) == []


def test_the_parts_of_a_campaign_add_up_in_any_number_of_processes():
    one, two = ([part.met for part in surveys(range(260), processes)] for processes in (1, 2))
    assert one == two


def test_one_schedule_is_told_in_full(capfdbinary):
    seed = next(seed for seed in SEEDS if not check(simulate(seed)))
    assert command.main(["1", "--seed", str(seed)]) == 0
    told = capfdbinary.readouterr().out
    assert simulate(seed).fingerprint.encode() in told
    assert b"run_started" in told


def test_a_campaign_tells_what_it_met(capfdbinary):
    assert command.main(["20"]) == (1 if survey(range(20)).violations else 0)
    told = capfdbinary.readouterr().out.decode()
    assert told.startswith("20 schedules in ")
    assert {"protocol", "rule", "outside", "fault", "outcome"} <= set(told.split("\n"))


def test_a_violation_is_told_with_the_command_that_replays_it(capfdbinary, monkeypatch):
    monkeypatch.setattr("massgen_hub.runner.runner.Runner.stop", lambda self, why: None)
    assert command.main(["30"]) == 1
    told = capfdbinary.readouterr().out.decode().split("\n")
    place = next(number for number, line in enumerate(told) if line.startswith("VIOLATED done_in_time"))
    seed = int(told[place + 1].rpartition(" ")[2])
    assert told[place + 1] == f"  python -m massgen_hub.testing.simulator 1 --seed {seed}"
    assert "done_in_time" in {one.invariant for one in check(simulate(seed))}
