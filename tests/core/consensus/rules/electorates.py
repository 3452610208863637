"""Random electorates for the tests of the rules."""

from hypothesis import strategies as st
from massgen_hub.consensus import Vote

NAMES = "pqrs"


def votes(*rankings, names="pqr", weights=None):
    """Ballots that rank, each over all the names, of voters v0, v1, ..."""
    return [
        Vote(voter=f"v{i}", ranking=tuple(ranking), shown=tuple(names), weight=weights[i] if weights else 1.0)
        for i, ranking in enumerate(rankings)
    ]


@st.composite
def ballots(draw, voter, names, *, partial):
    """One ballot that says something in each way that a rule may need, over some or all of the names."""
    least = 2 if partial else len(names)
    shown = draw(st.permutations(names))[: draw(st.integers(least, len(names)))]
    ranking = draw(st.permutations(shown))[: draw(st.integers(1, len(shown)))]
    return Vote(
        voter=voter,
        shown=tuple(shown),
        ranking=tuple(ranking),
        approved=tuple(ranking[: draw(st.integers(1, len(ranking)))]),
        scores={name: draw(st.integers(0, 10)) for name in shown},
        weight=draw(st.sampled_from([1.0, 1.0, 1.0, 0.5, 2.0])),
    )


@st.composite
def electorates(draw, *, most=6, partial=False):
    """Candidates and votes over them."""
    names = NAMES[: draw(st.integers(2, len(NAMES)))]
    number = draw(st.integers(1, most))
    return names, [draw(ballots(f"v{i}", names, partial=partial)) for i in range(number)]
