"""`massgen-hub conform`: an installed adapter, put to the test of the contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from ..config.agents import APART
from ..contract import Adapter
from ..errors import PluginError
from ..folders import temporary
from ..plugins import installed
from ..testing.table import Kind, Outcome, kinds, reasons, words
from ..worker.opening import find_adapter

MARKS: dict[Outcome, str] = {"kept": "✓", "broken": "✗", "excused": "x", "not made": "–"}
TO_BE_MENDED = 2

DEFAULT = '''"""The contract of an adapter that brings no contract classes of its own."""

from massgen_hub.testing import AdapterContract
from massgen_hub.worker.opening import find_adapter


class TestDefault(AdapterContract):
    adapter = find_adapter({name!r})[0]
    plugin = {module!r}
'''


def conform(name: str, *, as_json: bool) -> int:
    """Try every promise, print what was seen, and give the exit code. Raises `PluginError` where it cannot be tried."""
    adapter = _installed(name)
    for module in ("pytest", "massgen_hub_gateway"):
        if find_spec(module) is None:
            raise PluginError(f"`conform` needs `{module}`", hint='pip install "massgen-hub[testing]"')
    with temporary() as folder:
        report = folder / "seen.xml"
        _run(_tests(name, adapter.open.__module__, folder), folder, report)
        found = kinds(report) if report.is_file() else {}
    if not any(kind.promises for kind in found.values()):
        raise PluginError(f"no promise of `{name}` could be tried", hint="what pytest said is above")
    typer.echo(json.dumps(_as_json(name, found), indent=2)) if as_json else _print(name, found)
    return TO_BE_MENDED if any(kind.count("broken") for kind in found.values()) else 0


def _installed(name: str) -> Adapter:
    """The adapter. Raises `PluginError` that says how to go where it is."""
    if name in APART and name not in {point.name for point in installed()}:
        command = f'uv run --with massgen-hub-{name} --with "massgen-hub[testing]" massgen-hub conform {name}'
        raise PluginError(f"the adapter `{name}` is not installed beside the hub", hint=command)
    return find_adapter(name)[0]


def _tests(name: str, opens: str, folder: Path) -> list[str]:
    """What pytest is told to run: the contract classes that the plugin ships, else one with default options."""
    module = next((point.value for point in installed() if point.name == name), opens.partition(".")[0])
    shipped = find_spec(module)
    if shipped is not None and shipped.submodule_search_locations and find_spec(f"{module}.conformance"):
        return ["--pyargs", f"{module}.conformance"]
    file = folder / "default.py"
    file.write_text(DEFAULT.format(name=name, module=module))
    return [str(file)]


def _run(tests: list[str], folder: Path, report: Path) -> None:
    """Run pytest in a process of its own, apart from any project around; what it prints goes to stderr."""
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    options = ["-q", "-p", "no:cacheprovider", "-c", str(folder / "pytest.ini"), f"--junitxml={report}", "--tb=short"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    subprocess.run(command, cwd=folder, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False, env=environment)


def _as_json(name: str, found: dict[str, Kind]) -> dict[str, object]:
    return {
        "adapter": name,
        "kinds": {
            kind.name: {
                "seconds": round(kind.seconds, 1),
                "promises": {promise: seen.outcomes for promise, seen in kind.promises.items()},
            }
            for kind in found.values()
        },
        "reasons": {outcome: reasons(found, outcome) for outcome in ("excused", "not made")},
    }


def _print(name: str, found: dict[str, Kind]) -> None:
    """A row for each promise, a column for each kind; below it what the columns and the marks stand for."""
    console = Console(highlight=False, soft_wrap=True)
    table = Table("promise", box=None, pad_edge=False)
    for number in range(1, len(found) + 1):
        table.add_column(str(number), justify="center")
    for promise in dict.fromkeys(promise for kind in found.values() for promise in kind.promises):
        seen = [kind.promises.get(promise) for kind in found.values()]
        table.add_row(words(promise), *(MARKS[one.outcome] if one else "" for one in seen))
    console.print(table)
    console.print()
    for number, kind in enumerate(found.values(), start=1):
        counts = f"{kind.count('kept')} kept, {kind.count('broken')} broken, {kind.count('excused')} excused"
        console.print(f"{number}  {kind.name}: {counts}, {kind.seconds:.1f} s")
    for outcome in ("excused", "not made"):
        for reason in reasons(found, outcome):
            console.print(f"{MARKS[outcome]}  {reason}")
    broken = sum(kind.count("broken") for kind in found.values())
    console.print(f"\n`{name}` " + (f"breaks {broken} promises" if broken else "keeps its promises"))
