"""The table of rules in the docs is what the rules say of themselves."""

from pathlib import Path

from massgen_hub.consensus.rules import RULES

DOCS = Path(__file__).parents[2] / "docs" / "consensus.md"


def test_the_table_of_rules_is_what_the_rules_say():
    rows = [f"| `{rule.name}` | {rule.needs} | {rule.summary} | {', '.join(sorted(rule.keeps))} |" for rule in RULES]
    table = DOCS.read_text().partition("<!-- rules -->\n")[2].partition("<!-- end of rules -->")[0]
    assert table.splitlines() == rows
