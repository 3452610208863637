"""Equal answers are one candidate."""

from hypothesis import given
from hypothesis import strategies as st
from massgen_hub.consensus import Given
from massgen_hub.consensus.clusters import cluster_id, clusters

ANSWERS = st.sampled_from(["Paris", "paris.", "**PARIS**", "London", "london", "Rome", "", "...", "Paris?"])
SEEDS = st.integers(0, 2**53)


def answer(agent, text, round_=1, key=None):
    return Given(agent=agent, round=round_, text=text, cluster=cluster_id(text, "text", key))


def given_by_all(texts):
    return [answer(f"agent-{number}", text) for number, text in enumerate(texts)]


def test_a_cluster_keeps_all_its_members_and_shows_one_of_their_texts():
    [candidate] = clusters([answer("b", "Paris"), answer("a", "paris.")], seed=1).values()
    assert candidate.authors == ("a", "b")
    assert candidate.text in ("Paris", "paris.")


def test_which_text_is_shown_depends_on_the_seed_and_not_on_the_order_of_answers():
    given = [answer("a", "Paris"), answer("b", "PARIS"), answer("c", "paris")]
    texts = {seed: next(iter(clusters(given, seed).values())).text for seed in range(20)}
    again = {seed: next(iter(clusters(given[::-1], seed).values())).text for seed in range(20)}
    assert texts == again
    assert len(set(texts.values())) == 3


def test_where_the_users_extractor_found_a_key_the_keys_are_compared():
    given = [answer("a", "It is 4.", key="4"), answer("b", "four", key="4"), answer("c", "four", key="5")]
    assert sorted(one.authors for one in clusters(given, seed=1).values()) == [("a", "b"), ("c",)]


def test_a_key_is_no_text():
    assert cluster_id("4", "text", key="4") != cluster_id("4", "text")
    assert cluster_id("?", "text", key="x") != cluster_id("key x", "text")


@given(st.lists(ANSWERS), SEEDS)
def test_every_answer_is_in_the_one_cluster_of_its_equals(texts, seed):
    given = given_by_all(texts)
    found = clusters(given, seed)
    members = [member.agent for candidate in found.values() for member in candidate.members]
    assert sorted(members) == sorted(one.agent for one in given)
    for one in given:
        for other in given:
            together = any({one, other} <= set(candidate.members) for candidate in found.values())
            assert together == (cluster_id(one.text, "text") == cluster_id(other.text, "text"))


@given(st.lists(ANSWERS).flatmap(lambda texts: st.tuples(st.just(texts), st.permutations(range(len(texts))))), SEEDS)
def test_the_order_of_answers_changes_nothing(shuffled, seed):
    texts, order = shuffled
    given = given_by_all(texts)
    assert clusters(given, seed) == clusters([given[index] for index in order], seed)
