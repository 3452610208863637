"""`python -m massgen_hub.testing.simulator [SCHEDULES] [--seed FIRST] [--processes N]`.

Plays so many schedules and checks all invariants; exit code 1 if one was broken. One schedule alone is told in full.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from ...codec import to_json
from .campaign import Survey, surveys
from .history import History
from .invariants import check
from .simulation import simulate

MOST_TOLD = 10
"""Violations of one invariant that are told."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m massgen_hub.testing.simulator", description=__doc__)
    parser.add_argument("schedules", type=int, nargs="?", default=2000, help="how many to play (1: tell it in full)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=1)
    chosen = parser.parse_args(arguments)
    if chosen.schedules == 1:
        return _write(_replay(chosen.seed))
    began, whole = time.perf_counter(), Survey()
    for part in surveys(range(chosen.seed, chosen.seed + chosen.schedules), chosen.processes):
        whole.merge(part)
    return _write(_report(whole, time.perf_counter() - began))


def _write(lines: Iterator[str]) -> int:
    """Write the lines; 1 if one of them tells a violation."""
    code = 0
    for line in lines:
        sys.stdout.buffer.write(line.encode(errors="backslashreplace") + b"\n")
        code = 1 if line.startswith("VIOLATED") else code
    return code


def _replay(seed: int) -> Iterator[str]:
    history = simulate(seed)
    schedule = history.schedule
    yield f"{schedule.protocol.name}, {schedule.rule.name}, time-out {schedule.timeout}, outside: {schedule.outside}"
    yield f"{schedule.settings}"
    for one in schedule.characters:
        faults = one.faults[0] if len(one.faults) == 1 else "any fault"
        yield f"  {one.name}: {f'{one.rate:.0%} {faults}' if one.rate else 'honest'}, {one.timeout:g} s a turn"
    yield from (f"{event.seq:4} {event.ts:9.3f} {event.type:13} {to_json(event.data):.300}" for event in history.events)
    yield from (f"life {number}: {life}" for number, life in enumerate(history.lives, 1))
    yield f"{history.outcome}; fingerprint {history.fingerprint}"
    yield from _violations(history)


def _violations(history: History) -> Iterator[str]:
    return (f"VIOLATED {one.invariant}: {one.what}" for one in check(history))


def _report(whole: Survey, seconds: float) -> Iterator[str]:
    rate, each = whole.schedules / seconds, whole.schedules / whole.seconds
    yield f"{whole.schedules} schedules in {seconds:.1f} s: {rate:.0f} a second, {each:.0f} a second and process"
    yield f"{whole.virtual:.0f} virtual seconds, {whole.virtual / seconds:.0f} times as fast as real ones"
    for what in ("protocol", "rule", "agents", "outside", "fault", "outcome", "violation"):
        found = [(times, name) for (kind, name), times in whole.met.items() if kind == what]
        yield f"\n{what}"
        yield from (f"  {times:8} {name}" for times, name in sorted(found, key=lambda one: (-one[0], one[1])))
    yield f"\n{len(whole.violations)} violations"
    told: Counter[str] = Counter()
    for one in whole.violations:
        told[one.invariant] += 1
        if told[one.invariant] > MOST_TOLD:
            continue
        yield f"VIOLATED {one.invariant}: {one.what:.300}"
        yield f"  python -m massgen_hub.testing.simulator 1 --seed {one.seed}"


if __name__ == "__main__":
    sys.exit(main())
