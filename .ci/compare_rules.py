"""Holds the rules against pref_voting on random profiles: `uv run --with pref_voting python .ci/compare_rules.py`.

Not a part of CI: pref_voting brings some forty distributions. Prints how many winner sets were compared and how many
differ; exits 1 if any does.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from random import Random

from massgen_hub.consensus.rules import APPROVAL, BORDA, COPELAND, IRV, MINIMAX, PLURALITY, SCHULZE, SCORE, Rule, Vote
from pref_voting.grade_methods import approval, score_voting
from pref_voting.grade_profiles import GradeProfile
from pref_voting.profiles import Profile
from pref_voting.voting_methods import beat_path, borda, copeland, instant_runoff, minimax, plurality

PROFILES = 4000
ORDINAL = (
    (PLURALITY, plurality),
    (BORDA, borda),
    (COPELAND, copeland),
    (MINIMAX, minimax),
    (SCHULZE, beat_path),
    (IRV, instant_runoff),  # the variant in which all lowest leave together
)


def ordinal(rule: Rule, theirs: Callable, random: Random) -> bool:
    """Whether both name the same winners of a random profile of complete rankings."""
    names = [str(number) for number in range(random.randint(3, 7))]
    rankings = [random.sample(names, len(names)) for _ in range(random.randint(1, 9))]
    votes = [
        Vote(voter=str(number), shown=tuple(names), ranking=tuple(ranking)) for number, ranking in enumerate(rankings)
    ]
    expected = theirs(Profile([[int(name) for name in ranking] for ranking in rankings]))
    return same(rule, votes, names, expected)


def approvals(random: Random) -> bool:
    """The same for random approvals."""
    names = [str(number) for number in range(random.randint(3, 7))]
    ballots = [random.sample(names, random.randint(1, len(names))) for _ in range(random.randint(1, 9))]
    votes = [Vote(voter=str(i), shown=tuple(names), approved=tuple(ballot)) for i, ballot in enumerate(ballots)]
    grades = [{int(name): int(name in ballot) for name in names} for ballot in ballots]
    return same(APPROVAL, votes, names, approval(GradeProfile(grades, [0, 1])))


def scores(random: Random) -> bool:
    """The same for random scores that use the whole range, where stretching changes nothing."""
    names = [str(number) for number in range(random.randint(3, 7))]
    ballots = []
    for _ in range(random.randint(1, 9)):
        low, high = random.sample(names, 2)
        ballots.append({name: random.randint(0, 10) for name in names} | {low: 0, high: 10})
    votes = [Vote(voter=str(i), shown=tuple(names), scores=ballot) for i, ballot in enumerate(ballots)]
    grades = [{int(name): score for name, score in ballot.items()} for ballot in ballots]
    return same(SCORE, votes, names, score_voting(GradeProfile(grades, list(range(11)))))


def same(rule: Rule, votes: Sequence[Vote], names: Sequence[str], expected: Sequence[int]) -> bool:
    """Whether our winners are the expected ones."""
    return {int(name) for name in rule.count(votes, names).winners} == set(map(int, expected))


def main() -> None:
    """Print the table."""
    jobs = {rule.name: partial(ordinal, rule, theirs) for rule, theirs in ORDINAL}
    jobs |= {"approval": approvals, "score": scores}
    print("rule        profiles  different")
    total = 0
    for name, job in jobs.items():
        random = Random(name)
        different = sum(not job(random) for _ in range(PROFILES))
        total += different
        print(f"{name:<10} {PROFILES:>9} {different:>10}", flush=True)
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
