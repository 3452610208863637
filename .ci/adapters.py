"""The tables of adapters in README and docs, made of what the conformance kit saw.

python .ci/adapters.py JUNIT.xml...            fail if they say something else
python .ci/adapters.py JUNIT.xml... --write    write them
"""

import importlib
import sys
import tomllib
from collections import Counter
from pathlib import Path

from massgen_hub.testing import promises
from massgen_hub.testing.table import kinds, markdown, reasons, words

ROOT = Path(__file__).parents[1]
APART = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["exclude"]
README, DOC = ROOT / "README.md", ROOT / "docs" / "conformance.md"
START, END = "<!-- adapters -->\n", "<!-- end of adapters -->"
GROUPS = {
    "describes itself": promises.DescribesItself,
    "answers": promises.PassesOnAnswers,
    "decisions": promises.PassesOnDecisions,
    "reports": promises.ReportsHonestly,
    "failures": promises.FailsHonestly,
    "endings": promises.EndsWhenItIsTold,
    "kept apart": promises.KeepsThingsApart,
    "declares": promises.DoesWhatItDeclares,
}

INTRODUCTION = """# What every adapter keeps

Made by `.ci/adapters.py` of what the tests saw, with the real frameworks: in the hub's own process, and in workers
behind the gateway. A cell says for how many kinds of agents a promise was kept; `x` are excused, with the reason below.
For any installed adapter: `massgen-hub conform NAME`.
"""

sys.path.append(str(ROOT / "tests" / "core" / "testing"))


def in_group(group):
    """The promises of a group, as they are written."""
    return {name: test for name, test in vars(group).items() if name.startswith("test_")}


def cell(found, names):
    """`yes` where every kind of agent keeps all of a group, else how many do."""
    kept = sum(
        all(kind.promises[name].outcome in ("kept", "not made") for name in names if name in kind.promises)
        for kind in found
    )
    return "yes" if kept == len(found) else f"{kept} of {len(found)}"


def capabilities(found):
    """What some kind declares, and was seen to do."""
    needed = {name: test.needs for name, test in in_group(GROUPS["declares"]).items() if hasattr(test, "needs")}
    seen = [
        needed[name]
        for kind in found
        for name, one in kind.promises.items()
        if name in needed and one.outcome == "kept"
    ]
    return ", ".join(dict.fromkeys(seen))


def versions(adapter):
    """The frameworks that an adapter drives, with the versions that were tested. Its module imports none of them."""
    sys.path.append(str(ROOT / "adapters" / adapter / "src"))
    (described,) = importlib.import_module(f"massgen_hub_{adapter}".replace("-", "_")).register_adapters()
    return ", ".join(f"{one.distribution} {spanned(one.oldest, one.newest)}" for one in described.tested)


def spanned(oldest, newest):
    """A range of versions, or one."""
    return newest if newest == oldest or newest.startswith(f"{oldest}.") else f"{oldest} to {newest}"


def short(seen):
    """The README's table: a row for each adapter."""
    rows = []
    for adapter, found in seen.items():
        cells = [cell(found.values(), in_group(group)) for name, group in GROUPS.items() if name != "declares"]
        lives = "its own" if f"adapters/{adapter}" in APART else "the hub's"
        kept = "all" if set(cells) == {"yes"} else ", ".join(cells)
        rows.append([f"`{adapter}`", versions(adapter), lives, str(len(found)), kept, capabilities(found.values())])
    return markdown(["`type:`", "tested with", "environment", "kinds", "promises kept", "also tested"], rows)


def long(seen):
    """The whole page: every promise by adapter, what is excused, the mutants."""
    tested = [[f"`{adapter}`", ", ".join(kind.name for kind in found.values())] for adapter, found in seen.items()]
    parts = [INTRODUCTION, markdown(["adapter", "kinds of agents"], tested)]
    for name, group in GROUPS.items():
        rows = [[words(promise), *(counted(found, promise) for found in seen.values())] for promise in in_group(group)]
        parts += [f"## {name.capitalize()}\n", markdown(["promise", *(f"`{adapter}`" for adapter in seen)], rows)]
    parts.append("## Excused, and not made in one way\n")
    parts.append("".join(f"- `{adapter}` {line}\n" for adapter, found in seen.items() for line in told(found)))
    parts += ["## The mutants\n", "Adapters broken in one way each, and the promise that catches them.\n", mutants()]
    return "\n".join(parts)


def counted(found, promise):
    """For how many kinds a promise was kept, and for how many it is excused."""
    outcomes = Counter(kind.promises[promise].outcome for kind in found.values() if promise in kind.promises)
    marks = {"kept": "", "excused": "x", "broken": "broken "}
    return " ".join(f"{mark}{outcomes[outcome]}" for outcome, mark in marks.items() if outcomes[outcome]) or "–"


def told(found):
    """Reasons, of what is excused and what is not made."""
    return [*(f"x {line}" for line in reasons(found, "excused")), *reasons(found, "not made")]


def mutants():
    """The table of mutants."""
    from mutants import IN_PROCESSES, MUTANTS

    return markdown(
        ["mutant", "caught by"],
        [[f"`{mutant.__name__}`", words(promise)] for mutant, promise in (MUTANTS | IN_PROCESSES).items()],
    )


def everything(junits, adapter):
    """The kinds of an adapter in several reports: two generations of a framework are tested apart."""
    found = {}
    for junit in junits:
        found |= kinds(junit, ["adapters", adapter])
    return found


def main():
    """Check the tables, or write them."""
    junits = [Path(argument) for argument in sys.argv[1:] if argument != "--write"]
    adapters = sorted(path.parent.name for path in ROOT.glob("adapters/*/pyproject.toml"))
    seen = {adapter: found for adapter in adapters if (found := everything(junits, adapter))}
    text = README.read_text()
    before, rest = text.split(START)
    made = {README: f"{before}{START}{short(seen)}{END}{rest.split(END)[1]}", DOC: long(seen)}
    if "--write" in sys.argv:
        for path, page in made.items():
            path.write_text(page)
        return
    stale = [path.name for path, page in made.items() if not path.is_file() or path.read_text() != page]
    if stale:
        again = f"python .ci/adapters.py {' '.join(map(str, junits))} --write"
        sys.exit(f"{' and '.join(stale)} say something else than what was seen: {again}")


if __name__ == "__main__":
    main()
