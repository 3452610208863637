"""The README's table of adapters, made of what the conformance kit saw.

python .ci/adapters.py JUNIT.xml            fail if the README says something else
python .ci/adapters.py JUNIT.xml --write    write it into the README
"""

import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

README = Path(__file__).parents[1] / "README.md"
START, END = "<!-- adapters -->\n", "<!-- end of adapters -->"

COLUMNS = {
    "streams": ("test_the_streamed_pieces_join_to_the_reply",),
    "votes": ("test_a_ballot_reaches_the_hub", "test_a_better_answer_reaches_the_hub"),
    "prose survives": (
        "test_prose_instead_of_a_ballot_comes_through_as_text",
        "test_newlines_indentation_and_unicode_survive",
    ),
    "few calls": ("test_prose_instead_of_a_ballot_takes_few_calls", "test_it_leaves_retries_to_the_hub"),
    "usage": ("test_usage_is_reported_or_unknown",),
    "errors": ("test_a_failing_model_fails_the_turn", "test_a_busy_model_is_a_passing_failure"),
    "cancels": ("test_a_cancelled_turn_ends_at_once",),
    "hangs up": ("test_a_cancelled_turn_hangs_up_on_the_model",),
    "no memory": ("test_two_agents_share_no_memory", "test_a_turn_remembers_nothing_of_the_last"),
    "side by side": ("test_turns_at_the_same_time_keep_their_replies_apart",),
    "silent": ("test_it_prints_nothing", "test_listing_it_imports_no_framework"),
}


def seen(junit):
    """For each adapter and kind of agent, the outcome of each promise."""
    found = defaultdict(lambda: defaultdict(dict))
    for case in ET.parse(junit).iter("testcase"):
        parts = case.get("classname", "").split(".")
        if len(parts) > 2 and parts[0] == "adapters" and parts[-1].startswith("Test"):
            bad = case.find("failure") is not None or case.find("error") is not None
            outcome = "failed" if bad else "not promised" if case.find("skipped") is not None else "seen"
            found[parts[1]][parts[-1].removeprefix("Test")][case.get("name")] = outcome
    return found


def cell(kinds, tests):
    """`yes` where every kind of agent was seen to keep the promise, `no` where none does, else how many."""
    outcomes = [all(kind.get(test) == "seen" for test in tests) for kind in kinds.values() if set(tests) <= kind.keys()]
    kept = sum(outcomes)
    return "yes" if outcomes and kept == len(outcomes) else "no" if not kept else f"{kept} of {len(outcomes)} kinds"


def table(found):
    """The table as Markdown."""
    lines = [f"| `type:` | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for adapter, kinds in sorted(found.items()):
        promised = {name: kind for name, kind in kinds.items() if set(COLUMNS["votes"]) <= kind.keys()}
        lines.append(f"| `{adapter}` | {' | '.join(cell(promised, tests) for tests in COLUMNS.values())} |")
    return "\n".join(lines) + "\n"


def main():
    """Check the README, or write it."""
    made = table(seen(sys.argv[1]))
    text = README.read_text()
    before, rest = text.split(START)
    after = rest.split(END)[1]
    if "--write" in sys.argv:
        README.write_text(f"{before}{START}{made}{END}{after}")
    elif rest.split(END)[0] != made:
        sys.exit(f"the README's table of adapters is not what was seen; it should be\n\n{made}")
    print(made)


if __name__ == "__main__":
    main()
