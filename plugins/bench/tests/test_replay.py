"""Recorded answers: the numbers to keep, and a small corpus made up for the rest."""

import gzip
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from massgen_hub.errors import ConfigError
from massgen_hub_bench.replay.corpus import FILES, Corpus, read_corpus
from massgen_hub_bench.replay.hub import direct, through
from massgen_hub_bench.replay.learning import curve
from massgen_hub_bench.replay.order import first_of_tied, sensitivity, winner_of
from massgen_hub_bench.replay.panels import Pool, stop_at_lead
from massgen_hub_bench.replay.pools import USUAL, pool_of
from massgen_hub_bench.replay.protocols import AGENTS, sampled
from massgen_hub_bench.replay.study import line

DOC = Path(__file__).parents[3] / "docs" / "evidence.md"
POOLS = [(name, pool) for name in FILES for pool in USUAL[name]]
CELLS = [(name, pool, size) for name, pool in POOLS for size in (3, 5)]
LOST_TO_LEAD = 0.006
LOST_TO_BEST = {pool: 0.015 if pool == ("math-l5", "top10") else 0.006 for pool in POOLS}
PLURALITY_ON_GSM8K = 0.955
ESCALATION_ON_MATH, ESCALATION_CALLS = 0.80, 3.3
FLOORS = {
    "lead of two, loss to plurality, n = 3 and 5": f"<= {LOST_TO_LEAD:g}",
    "log-odds weights, loss to the best single, n = 5": f"<= {LOST_TO_BEST['gsm8k', 'mid10']:g}",
    "the same, MATH-L5 top 10": f"<= {LOST_TO_BEST['math-l5', 'top10']:g}",
    "plurality, GSM8K middle, n = 5": f">= {PLURALITY_ON_GSM8K:g}",
    "escalation, MATH-L5 top 10, n = 5": f">= {ESCALATION_ON_MATH:g}",
    "escalation, calls there": f"<= {ESCALATION_CALLS:g}",
    "order of registration changes the winner": "= 0",
    "unassailable lead, loss to plurality": "= 0",
    "hub against direct count, differing verdicts": "= 0",
}
"""As the page of evidence names them."""


@pytest.mark.parametrize("floor", FLOORS)
def test_the_page_of_evidence_names_the_floors_that_are_kept_here(floor):
    assert f"| {floor} | {FLOORS[floor]} |" in DOC.read_text(encoding="utf-8")


def test_the_page_of_evidence_names_no_other_floors():
    section = DOC.read_text(encoding="utf-8").partition("| floor | demanded |")[2].partition("\n\n")[0]
    assert section.count("\n|") - 1 == len(FLOORS)


@cache
def measured(folder, name, pool, size):
    corpus = read_corpus(folder, name)
    return {what: found.value for what, found in line(corpus.codes(pool_of(corpus, pool)), size, 1).items()}


@pytest.mark.parametrize(("name", "pool", "size"), CELLS)
def test_a_lead_of_two_loses_little(recorded, name, pool, size):
    cell = measured(recorded, name, pool, size)
    assert cell["lead 2"] >= cell["plurality"] - LOST_TO_LEAD


@pytest.mark.parametrize(("name", "pool", "size"), CELLS)
def test_an_unassailable_lead_loses_nothing_and_saves_answers(recorded, name, pool, size):
    cell = measured(recorded, name, pool, size)
    assert cell["unassailable"] == pytest.approx(cell["plurality"], abs=1e-9)
    assert cell["unassailable answers"] < size


@pytest.mark.parametrize(("name", "pool", "size"), CELLS)
def test_the_order_of_registration_changes_nothing(recorded, name, pool, size):
    assert measured(recorded, name, pool, size)["order, ours"] == 0


@pytest.mark.parametrize(("name", "pool"), POOLS)
def test_weights_nearly_keep_up_with_the_best_single_model(recorded, name, pool):
    cell = measured(recorded, name, pool, 5)
    assert cell["log-odds"] >= cell["best single"] - LOST_TO_BEST[name, pool]


def test_plurality_of_middling_models_on_gsm8k(recorded):
    assert measured(recorded, "gsm8k", "mid10", 5)["plurality"] >= PLURALITY_ON_GSM8K


def test_escalation_on_math(recorded):
    cell = measured(recorded, "math-l5", "top10", 5)
    assert cell["escalate"] >= ESCALATION_ON_MATH
    assert cell["escalate calls"] <= ESCALATION_CALLS


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (("gsm8k", "top10", 3), {"mean": 0.957, "best single": 0.960, "plurality": 0.968, "oracle": 0.980}),
        (("math-l5", "top10", 5), {"best single": 0.825, "plurality": 0.777, "log-odds": 0.818, "escalate": 0.821}),
        (("math-l5", "mid10", 5), {"best single": 0.452, "plurality": 0.534, "log-odds": 0.545, "unanimous": 0.12}),
        (("mmlu-pro", "top8", 5), {"best single": 0.674, "plurality": 0.654, "right if unanimous": 0.901}),
        (("mmlu-pro", "4-13", 3), {"plurality": 0.520, "log-odds": 0.531, "escalate calls": 2.54}),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_the_numbers_measured_before_come_out_again(recorded, cell, expected):
    found = measured(recorded, *cell)
    assert {what: found[what] for what in expected} == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(
    ("name", "pool", "size", "expected"),
    [
        ("math-l5", "top10", 3, {0: 0.718, 5: 0.718, 10: 0.761, 30: 0.765, 100: 0.768}),
        ("math-l5", "top10", 5, {0: 0.775, 5: 0.775, 10: 0.813, 30: 0.816, 100: 0.817}),
        ("mmlu-pro", "top8", 3, {0: 0.617, 5: 0.617, 10: 0.634, 30: 0.638, 100: 0.641}),
    ],
)
def test_learned_weights_are_off_below_ten_known_outcomes_and_then_grow_as_measured(
    recorded, name, pool, size, expected
):
    corpus = read_corpus(recorded, name)
    found = curve(Pool.of(corpus.codes(pool_of(corpus, pool))), size, 1)
    assert {known: each.value for known, each in found.items()} == pytest.approx(expected, abs=0.006)
    assert found[5] == found[0]


def test_recorded_drafts_are_those_of_panels_of_five_and_their_weights_of_the_other_half(recorded):
    corpus = read_corpus(recorded, "math-l5")
    pool = Pool.of(corpus.codes(pool_of(corpus, "top10")))
    scene = sampled(pool, 1)
    question = 7
    lines = slice(question * scene.panels, (question + 1) * scene.panels)
    assert scene.answers.shape == (len(corpus.gold) * scene.panels, AGENTS)
    assert set(scene.answers[lines].ravel().tolist()) <= set(pool.codes[question].tolist())
    assert set(scene.weights[lines].ravel().tolist()) <= set(pool.weights[pool.half[question]].tolist())


def made_up(questions=40):
    """Five models, of which the first is always right and the others agree on mistakes now and then."""
    gold = tuple(str(q) for q in range(questions))
    answers = {"best": gold}
    for model in range(1, 10):
        answers[f"m{model}"] = tuple(
            None if (q + model) % 7 == 0 else str(q + (q % (model + 1))) for q in range(questions)
        )
    return Corpus(name="gsm8k", source="made up", gold=gold, answers=answers)


def written(folder, corpus):
    data = {
        "source": corpus.source,
        "gold": corpus.gold,
        "models": [*corpus.answers],
        "answers": [*corpus.answers.values()],
    }
    with gzip.open(folder / FILES[corpus.name], "wt") as file:
        json.dump(data, file)
    return folder


def test_a_corpus_is_read_as_it_was_written(tmp_path):
    corpus = made_up()
    assert read_corpus(written(tmp_path, corpus), "gsm8k") == corpus


def test_codes_tell_right_wrong_and_missing_apart():
    corpus = Corpus(name="x", source="", gold=("4", "B"), answers={"a": ("4", "C"), "b": ("5", None), "c": ("5", "D")})
    assert corpus.codes(["a", "b", "c"]).tolist() == [[0, 1, 1], [1, -1, 2]]


def test_a_folder_without_answers_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(ConfigError, match=r"zeroeval-gsm8k\.json\.gz"):
        read_corpus(tmp_path, "gsm8k")


def test_a_file_that_holds_something_else_is_an_error(tmp_path):
    with gzip.open(tmp_path / FILES["gsm8k"], "wt") as file:
        file.write("{}")
    with pytest.raises(ConfigError, match="does not hold recorded answers"):
        read_corpus(tmp_path, "gsm8k")


@pytest.mark.parametrize("name", ["best", "top99", "9-3", "0-4"])
def test_a_pool_that_there_is_not_is_an_error(name):
    with pytest.raises(ConfigError, match="pool"):
        pool_of(made_up(), name)


def test_a_pool_is_a_range_of_ranks():
    corpus = made_up()
    assert pool_of(corpus, "2-4") == corpus.ranked[1:4]


def test_a_lead_that_is_never_reached_waits_for_all():
    right, used = stop_at_lead(np.array([[0, 1, 2]]), np.random.default_rng(1), 2)
    assert (right.tolist(), used.tolist()) == ([pytest.approx(1 / 3)], [3.0])


def test_two_equal_answers_are_a_lead_of_two():
    _, used = stop_at_lead(np.array([[0, 0, 0]]), np.random.default_rng(1), 2)
    assert used.tolist() == [2.0]


def test_nobody_s_answer_is_not_right():
    right, _ = stop_at_lead(np.array([[-1, -1]]), np.random.default_rng(1), None)
    assert right.tolist() == [0.0]


def test_weights_are_learned_on_the_other_half():
    codes = np.array([[0, 1], [1, 0]] * 100)
    weights = Pool.of(codes).weights
    assert weights[0][0] < weights[0][1]
    assert weights[1][0] > weights[1][1]


def test_a_tie_goes_elsewhere_only_where_order_decides():
    assert first_of_tied([1, 2]) != first_of_tied([2, 1])
    assert winner_of(["a", "b"], [1, 2], 5) == winner_of(["b", "a"], [2, 1], 5)


def test_order_matters_only_to_those_who_let_it():
    codes = np.random.default_rng(1).integers(0, 5, (200, 6))
    ours, first = sensitivity(codes, 4, np.random.default_rng(2))
    assert ours.value == 0
    assert first.value > 0.1


def test_verdicts_of_the_hub_are_those_of_the_direct_count():
    found = through(made_up(), 25, 1).tables[0]
    assert found.value("gsm8k", "questions") == 25
    assert found.value("gsm8k", "differ from the direct count") == 0
    assert found.value("gsm8k", "differ when registered backwards") == 0


def test_too_few_answers_decide_nothing():
    assert direct({"a": "1", "b": None, "c": None}, 1) is None
