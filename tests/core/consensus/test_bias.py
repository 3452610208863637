"""What the record tells about places, labels and own answers."""

import pytest
from harness import answers, play
from massgen_hub.consensus import BORDA, Answer
from massgen_hub.consensus.bias import bias, chance_of

TEXTS = ("one", "two", "three", "four")


def states(behaviour, runs=25, **settings):
    """Runs of four agents with different answers, each of which votes as `behaviour(own text, texts by label)` says."""

    def agent(text):
        return lambda kind, texts: Answer(text=text) if kind == "draft" else behaviour(text, texts)

    agents = {f"agent-{text}": agent(text) for text in TEXTS}
    return [play(agents, seed=seed, refine=0, gate="off", **settings)[0] for seed in range(runs)]


def as_displayed(_own, texts):
    return list(texts.values())


def by_label(_own, texts):
    return [texts[label] for label in sorted(texts)]


def own_first(own, texts):
    return [own, *(text for text in sorted(texts.values()) if text != own)]


def by_taste(_own, texts):
    return sorted(texts.values())


def test_voters_who_take_the_first_place_are_found_out():
    found = bias(states(as_displayed))
    assert found.ballots == 100
    assert [row.first for row in found.places.rows] == [100, 0, 0, 0]
    assert [row.expected for row in found.places.rows] == pytest.approx([25] * 4)
    assert [row.rank for row in found.places.rows] == [1, 2, 3, 4]
    assert found.places.p < 1e-6
    assert found.labels.p > 0.01


def test_voters_who_like_the_letter_a_are_found_out():
    found = bias(states(by_label))
    assert [(row.name, row.first) for row in found.labels.rows] == [("A", found.ballots), ("B", 0), ("C", 0), ("D", 0)]
    assert found.labels.p < 1e-6
    assert found.places.p > 0.01


def test_voters_who_judge_by_content_alone_are_not_suspected():
    found = bias(states(by_taste))
    assert found.places.p > 0.01
    assert found.labels.p > 0.01
    assert found.own.first == found.own.by_others == pytest.approx(25)


def test_own_answers_are_compared_with_chance_and_with_what_others_thought_of_them():
    found = bias(states(own_first)).own
    assert (found.shown, found.first, found.by_chance, found.by_others) == (100, 100, 25, 0)


def test_few_ballots_tell_nothing_and_the_report_says_how_many_would():
    found = bias(states(as_displayed, runs=1))
    assert (found.ballots, found.places.needed, found.places.p) == (4, 20, None)


def test_a_run_without_a_vote_adds_nothing():
    agreed, _ = play({"a": answers("x"), "b": answers("x")})
    found = bias([agreed])
    assert (found.ballots, found.places.rows, found.places.p, found.own.shown) == (0, (), None, 0)


def test_candidates_left_out_share_the_mean_of_the_ranks_that_remain():
    found = bias(states(lambda _own, texts: [next(iter(texts.values()))], runs=1))
    assert [row.rank for row in found.places.rows] == [1, 3, 3, 3]


def test_each_voter_counts_once_a_run():
    def refining(text):
        def agent(kind, texts):
            better = f"better {text}"
            if kind == "draft" or (kind == "decide" and better not in texts.values() and text == "one"):
                return Answer(text=text if kind == "draft" else better)
            return list(texts.values())

        return agent

    state, _ = play({text: refining(text) for text in TEXTS}, rule=BORDA, refine=1, gate="off")
    assert len(state.cast) > 4
    assert bias([state]).ballots == 4


@pytest.mark.parametrize(
    ("statistic", "freedom", "p"),
    [
        (3.841459, 1, 0.05),
        (5.991465, 2, 0.05),
        (16.918978, 9, 0.05),
        (18.307038, 10, 0.05),
        (23.209251, 10, 0.01),
        (0, 3, 1),
    ],
)
def test_the_probability_is_that_of_the_tables(statistic, freedom, p):
    assert chance_of(statistic, freedom) == pytest.approx(p, rel=1e-6)


def test_an_absurd_statistic_has_no_chance():
    assert chance_of(1e6, 11) == 0.0
