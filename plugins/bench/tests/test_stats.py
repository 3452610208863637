"""Intervals and tests, against numbers that are known."""

import pytest
from massgen_hub_bench.stats import mcnemar, mean, proportion, ratio, share


def test_wilson_s_interval_of_8_of_10():
    found = proportion(8, 10)
    assert (found.value, found.low, found.high) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)


def test_a_share_of_nothing_is_unknown():
    assert proportion(0, 0) is None


def test_certainty_in_a_few_cases_is_not_certainty():
    assert share([True] * 5).low == pytest.approx(0.5655, abs=1e-4)


def test_the_interval_of_a_mean_shrinks_with_the_root_of_the_count():
    few, many = mean([0, 1] * 50), mean([0, 1] * 5000)
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(10, rel=0.01)


def test_a_ratio_of_sums_is_weighted_by_its_wholes():
    assert ratio([1, 0], [1, 3]).value == 0.25


def test_mcnemar_counts_only_questions_on_which_two_configs_differ():
    assert mcnemar([True] * 6 + [False] * 4, [False] * 6 + [False] * 4) == (6, 0, pytest.approx(2 / 64))


def test_mcnemar_finds_no_difference_where_there_is_none():
    assert mcnemar([True, False, True], [True, False, True]) == (0, 0, 1.0)
