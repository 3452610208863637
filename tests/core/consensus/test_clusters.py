"""Equal answers are one candidate."""

import pytest
from massgen_hub.consensus import Given
from massgen_hub.consensus.clusters import cluster_id, clusters


def answer(agent, text, round_=1):
    return Given(agent=agent, round=round_, text=text)


@pytest.mark.parametrize(
    ("form", "one", "other"),
    [
        ("text", "Paris", "  paris. "),
        ("text", "The ﬁrst", "the first"),
        ("choice", "The answer is (B).", "Answer: B"),
        ("choice", "I think A, no.\nFinal answer: C", "C"),
        ("number", "It is 1,234.0", "#### 1234"),
        ("number", "x = -0.50", "-5e-1"),
        ("json", '```json\n{"b": 1, "a": 2}\n```', '{"a": 2, "b": 1}'),
        ("code", "Here:\n```python\nx = 1\n\ny = 2  \n```", "```\nx = 1\ny = 2\n```"),
    ],
)
def test_equal_answers_share_a_cluster(form, one, other):
    assert cluster_id(one, form) == cluster_id(other, form)


@pytest.mark.parametrize(
    ("form", "one", "other"),
    [
        ("text", "Paris", "Paris, France"),
        ("choice", "Answer: A", "Answer: B"),
        ("number", "41", "42"),
        ("json", "[1, 2]", "[2, 1]"),
        ("code", "```\nif x:\n    y()\n```", "```\nif x:\ny()\n```"),
    ],
)
def test_different_answers_do_not(form, one, other):
    assert cluster_id(one, form) != cluster_id(other, form)


@pytest.mark.parametrize("form", ["choice", "number", "json"])
def test_an_answer_without_the_expected_form_is_compared_as_text(form):
    assert cluster_id("No idea.", form) == cluster_id("no idea", form)


def test_a_cluster_keeps_all_its_members_and_shows_one_of_their_texts():
    [candidate] = clusters([answer("b", "Paris"), answer("a", "paris.")], "text", seed=1).values()
    assert candidate.authors == ("a", "b")
    assert candidate.text in ("Paris", "paris.")


def test_which_text_is_shown_depends_on_the_seed_and_not_on_the_order_of_answers():
    given = [answer("a", "Paris"), answer("b", "PARIS"), answer("c", "paris")]
    texts = {seed: next(iter(clusters(given, "text", seed).values())).text for seed in range(20)}
    again = {seed: next(iter(clusters(given[::-1], "text", seed).values())).text for seed in range(20)}
    assert texts == again
    assert len(set(texts.values())) == 3
