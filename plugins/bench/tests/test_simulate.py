"""Simulated electorates: true to what is known exactly, repeatable, and honest about order."""

import math

import numpy as np
import pytest
from massgen_hub.errors import ConfigError, RecordError
from massgen_hub_bench.simulate.closed import condorcet, waiting, weighted_majority
from massgen_hub_bench.simulate.drafting import DRAFTS
from massgen_hub_bench.simulate.experiments import EXPERIMENTS, chosen_experiments, simulate
from massgen_hub_bench.simulate.limits import LIMITS
from massgen_hub_bench.simulate.protocols import PROTOCOLS as PROTOCOL_OF
from massgen_hub_bench.simulate.protocols import PROTOCOLS_EXPERIMENT
from massgen_hub_bench.simulate.rivals import RESTARTS, massgen_like, most_votes, own_last
from massgen_hub_bench.simulate.scene import Scene
from massgen_hub_bench.simulate.world import Judges, log_odds

SEEDS = range(1, 9)
CLOSED = [LIMITS.run(20_000, seed).tables[0].rows for seed in SEEDS]
PROTOCOLS = PROTOCOLS_EXPERIMENT.run(250, 1).tables[0]


@pytest.mark.parametrize("lines", list(zip(*CLOSED, strict=True)), ids=lambda lines: lines[0].labels[0])
def test_the_simulation_is_within_three_sigma_of_the_closed_form(lines):
    """Over eight seeds together: of so many quantities one is expected to be three sigma off at some seed."""
    known = lines[0].values[0].value
    found = [line.values[1] for line in lines]
    sigma = np.mean([(each.high - each.low) / 2 / 1.96 for each in found]) / math.sqrt(len(found))
    assert abs(np.mean([each.value for each in found]) - known) <= 3 * sigma + 1e-9


def test_the_closed_forms_have_the_values_of_the_literature():
    assert condorcet(5, 0.7) == pytest.approx(0.8369, abs=1e-4)
    assert waiting(7, 7) == pytest.approx(sum(1 / k for k in range(1, 8)))


def test_log_odds_weights_never_lose_to_the_best_agent():
    for p in ([0.9, 0.7, 0.6, 0.6, 0.55], [0.8, 0.8, 0.6], [0.99, 0.6, 0.55]):
        assert weighted_majority(p, log_odds(p, 2).tolist()) >= max(p) - 1e-9


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_an_experiment_gives_finite_numbers_within_their_intervals(experiment):
    result = experiment.run(60, 1)
    values = [value for table in result.tables for line in table.rows for value in line.values if value]
    assert values
    for value in values:
        assert math.isfinite(value.value)
        assert value.low is None or value.low <= value.value <= value.high


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    assert PROTOCOLS_EXPERIMENT.run(250, 1).tables[0] == PROTOCOLS
    assert PROTOCOLS_EXPERIMENT.run(250, 2).tables[0] != PROTOCOLS


@pytest.mark.parametrize("protocol", [line.labels[0] for line in PROTOCOLS.rows[:-3]])
def test_the_order_of_registration_changes_no_winner_of_ours(protocol):
    assert PROTOCOLS.value(protocol, "order changes winner") == 0


@pytest.mark.parametrize("protocol", [line.labels[0] for line in PROTOCOLS.rows[-3:]])
def test_the_order_of_registration_changes_winners_elsewhere(protocol):
    assert PROTOCOLS.value(protocol, "order changes winner") > 0.02


def test_a_tie_of_massgen_goes_to_the_agent_registered_first():
    votes = np.array([[0, 0, 2, 2]])
    assert most_votes(votes, (0, 1, 2, 3)).tolist() == [0]
    assert most_votes(votes, (3, 2, 1, 0)).tolist() == [2]


def test_a_voter_of_massgen_sees_its_own_answer_last_and_the_next_one_first():
    assert own_last(4)[1].tolist() == [2, 3, 0, 1]


def silent_but_one(questions=50):
    """Only the third of three agents ever answers, rightly."""
    answers = np.tile([-1, -1, 0], (questions, 1))
    return Scene(answers=answers, weights=np.ones(answers.shape), judges=Judges(d=0.0, own=9.0), seed=1)


@pytest.mark.parametrize("protocol", [*PROTOCOL_OF.values()], ids=[*PROTOCOL_OF])
def test_who_gave_no_answer_is_no_candidate_and_the_only_answer_wins(protocol):
    scene = silent_but_one()
    answer = protocol(scene, (0, 1, 2)).answer
    best_alone = protocol is PROTOCOL_OF["best single (if known)"]
    assert set(answer.tolist()) <= {-1} if best_alone else (answer == 0).mean() > 0.9


def test_massgen_presents_with_one_call_more():
    calls = massgen_like(silent_but_one(), (0, 1, 2)).calls
    assert set(calls.tolist()) <= {3 + 3 * votes + 1 for votes in range(1, len(RESTARTS) + 1)}


def test_drafts_on_the_ballot_help_where_judges_are_weak_and_not_where_they_are_good():
    found = DRAFTS.run(1500, 1).tables[0]
    assert found.value("biased, gate off", "0", "drafts add") > 0.1
    assert found.value("biased, gate on", "0", "drafts add") > 0.01
    assert abs(found.value("biased, gate on", "3", "drafts add")) < 0.01


def test_a_finished_experiment_is_not_run_again(tmp_path):
    first = simulate(60, 1, ["stopping"], tmp_path)
    again = simulate(60, 1, ["stopping"], tmp_path)
    assert again == first
    assert again[0].seconds == first[0].seconds


def test_other_parameters_are_another_experiment(tmp_path):
    assert simulate(60, 1, ["stopping"], tmp_path) != simulate(60, 2, ["stopping"], tmp_path)


def test_an_unknown_experiment_is_an_error_with_what_was_meant():
    with pytest.raises(ConfigError, match="did you mean `protocols`"):
        chosen_experiments(["protocol"])


def test_a_folder_with_a_broken_file_of_results_is_an_error(tmp_path):
    (tmp_path / "results.json").write_text("{torn")
    with pytest.raises(RecordError, match=r"results\.json"):
        simulate(60, 1, ["stopping"], tmp_path)
