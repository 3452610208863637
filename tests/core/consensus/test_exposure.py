"""Labels, order and balance of what voters are shown."""

from collections import Counter

import pytest
from harness import begun
from massgen_hub.consensus import Answer, Replied, TurnStarted
from massgen_hub.consensus.exposure import exposure


def drafted(count, seed=3, **settings):
    state = begun([f"agent{i}" for i in range(count)], seed, **settings)
    for agent in state.seats:
        state.apply(TurnStarted(agent=agent, round=1, attempt=1, kind="draft"))
    for agent in state.seats:
        text = f"answer of {agent}"
        state.apply(Replied(agent=agent, round=1, attempt=1, text=text, decision=Answer(text=text)))
    return state


@pytest.mark.parametrize("count", [2, 3, 5, 7, 12])
def test_everybody_sees_every_candidate_once(count):
    state = drafted(count)
    for shown in exposure(state, 2).values():
        assert sorted(name for _, name in shown) == sorted(state.candidates())


@pytest.mark.parametrize("count", [2, 3, 5, 7, 12])
def test_first_places_differ_by_at_most_one(count):
    firsts = Counter(shown[0][1] for shown in exposure(drafted(count), 2).values())
    assert max(firsts.values()) - min(firsts.values()) <= 1
    assert len(firsts) == count


def test_labels_mean_something_else_to_every_voter():
    meanings = {shown_as["A"] for shown_as in map(dict, exposure(drafted(8), 2).values())}
    assert len(meanings) > 2


def test_labels_are_the_first_letters_and_say_nothing_about_the_order():
    for shown in exposure(drafted(4), 2).values():
        assert sorted(label for label, _ in shown) == ["A", "B", "C", "D"]
    orders = {tuple(label for label, _ in shown) for shown in exposure(drafted(8), 2).values()}
    assert len(orders) > 1


def test_labels_stay_with_a_voter_when_candidates_are_added():
    state = drafted(3)
    before = exposure(state, 2)
    for agent, shown in before.items():
        state.apply(TurnStarted(agent=agent, round=2, attempt=1, kind="decide", shown=shown))
    for agent in before:
        answer = Answer(text="a better one")
        state.apply(Replied(agent=agent, round=2, attempt=1, text="", decision=answer))
    for agent, shown in exposure(state, 3).items():
        names = {name: label for label, name in shown}
        assert all(names[name] == label for label, name in before[agent])
        assert sorted(names.values()) == ["A", "B", "C", "D"]


def test_a_voter_sees_at_most_as_many_candidates_as_the_settings_say_and_all_get_their_turn():
    state = drafted(30, show=4)
    shown = exposure(state, 2)
    times = Counter(name for pairs in shown.values() for _, name in pairs)
    assert all(len(pairs) == 4 for pairs in shown.values())
    assert len(times) == 30
    assert max(times.values()) - min(times.values()) <= 1


def test_the_order_of_registration_changes_nothing():
    names = [f"agent{i}" for i in range(6)]
    assert exposure(_drafted_in(names), 2) == exposure(_drafted_in(names[::-1]), 2)


def _drafted_in(names):
    state = begun(names, 3)
    for agent in names:
        state.apply(TurnStarted(agent=agent, round=1, attempt=1, kind="draft"))
        state.apply(Replied(agent=agent, round=1, attempt=1, text=agent, decision=Answer(text=agent)))
    return state


def test_another_seed_gives_another_order():
    orders = {str(exposure(drafted(5, seed), 2)) for seed in range(5)}
    assert len(orders) == 5
