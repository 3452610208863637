"""The hub's protocols in a simulated world: for many questions at once what the hub decides. A test plays the real
protocols beside them."""

from __future__ import annotations

import numpy as np
from massgen_hub.consensus.rules import Rule

from .counting import chosen, stopped
from .election import tallies, winners
from .scene import Order, Outcome, Scene, of_agents
from .world import Bools, Floats, Ints, same


def best_single(scene: Scene, _order: Order) -> Outcome:
    """The best agent alone, as if it were known."""
    best = scene.weights.argmax(1)
    time = of_agents(scene.times(0), best)
    return Outcome(answer=of_agents(scene.answers, best), calls=np.ones(scene.questions), time=time)


def majority(scene: Scene, order: Order) -> Outcome:
    """The count of equal drafts; a tie is drawn by answer."""
    counted = chosen(scene.rng("ties"), scene.answers[:, list(order)])
    return Outcome(answer=counted, calls=np.full(scene.questions, scene.agents), time=scene.times(0).max(1))


def lead_of_two(scene: Scene, _order: Order) -> Outcome:
    """Counting stops when one answer is two ahead."""
    answer, _, time = stopped(scene.rng("ties"), scene.answers, scene.times(0), lambda _: 2)
    return Outcome(answer=answer, calls=np.full(scene.questions, scene.agents), time=time)


def rounds(scene: Scene, order: Order, rule: Rule, *, gate: bool = True, drafts: bool = True) -> Outcome:
    """Drafts; a strict majority of equal ones decides; else a blind vote over clusters, an order per voter."""
    n, leading, agreed = scene.agents, *opened(scene)
    votes = scene.given.any(1) & ~(agreed & gate)
    drafted = np.where(votes, scene.times(0).max(1), _majority_time(scene.answers, leading, scene.times(0)))
    return Outcome(
        answer=np.where(votes, vote(scene, scene.answers, rule, order, votes, drafts=drafts), leading),
        calls=np.where(votes, 2.0 * n, n),
        time=drafted + scene.times(1).max(1) * votes,
    )


def opened(scene: Scene) -> tuple[Ints, Bools]:
    """The leading answer (Q,), and whether more than half of all agents gave it."""
    leading = chosen(scene.rng("ties"), scene.answers)
    backing = (scene.answers == leading[:, None]) & scene.given
    return leading, backing.sum(1) * 2 > scene.agents


def _majority_time(answers: Ints, leading: Ints, times: Floats) -> Floats:
    """When more than half of all agents have said the leading answer; when all are done where that never comes."""
    said = np.sort(np.where(answers == leading[:, None], times, times.max(1, keepdims=True)), 1)
    return np.asarray(said[:, answers.shape[1] // 2])


def vote(scene: Scene, answers: Ints, rule: Rule, order: Order, where: Bools, *, drafts: bool = True) -> Ints:
    """The answer (Q,) that wins a vote over clusters, held only `where` (Q,) it is needed; -1 elsewhere. With `drafts`
    each answer is one more, short ballot for itself. Without a ballot that counts it is the answer of most agents.
    Ballots and candidates come in order of registration."""
    held = list(order)
    shown = scene.speakers(answers)
    utilities = scene.tastes(answers, 1, shown)[:, held][:, :, held]
    names = tuple(f"agent {agent}" for agent in held)
    wrote = same(answers)[:, held][:, :, held]
    electable = (shown & where[:, None])[:, held]
    short = wrote & electable[:, None, :] if drafts else None
    counted = tallies(rule, utilities, electable=electable, wrote=wrote, drafts=short, names=names)
    found = winners(counted, scene.seed, utilities, names)
    voted = of_agents(answers[:, held], np.maximum(found, 0))
    return np.where(where, np.where(found < 0, chosen(scene.rng("ties"), answers), voted), -1)


def pair(scene: Scene, order: Order) -> Outcome:
    """The two best first; if they differ the others are asked, and answers count by their weights."""
    first, second = np.argsort(-scene.weights, axis=1, kind="stable")[:, :2].T
    begun = of_agents(scene.answers, first)
    agree = (begun == of_agents(scene.answers, second)) & (begun >= 0)
    early = np.zeros(scene.answers.shape, bool)
    early[np.arange(scene.questions), first] = early[np.arange(scene.questions), second] = True
    held = list(order)
    counted = chosen(scene.rng("ties"), scene.answers[:, held], scene.weights[:, held])
    return Outcome(
        answer=np.where(agree, begun, counted),
        calls=np.where(agree, 2.0, scene.agents),
        time=_in_two_steps(scene, early, agree),
    )


def _in_two_steps(scene: Scene, early: Bools, agree: Bools) -> Floats:
    """The time until the drafts are there: of those asked first, and of the others where these do not agree."""
    times = scene.times(0)
    return np.asarray(np.where(early, times, 0).max(1) + np.where(early, 0, times).max(1) * ~agree)


def pair_then_rounds(scene: Scene, order: Order, rule: Rule) -> Outcome:
    """Two agents drawn at random first, as the hub draws them; if they differ the others are asked, and it goes on as
    in rounds."""
    early = scene.rng("pair").random(scene.answers.shape).argsort(1).argsort(1) < 2
    first = np.where(early, scene.answers, -1).max(1)
    agree = np.where(early, scene.answers == first[:, None], True).all(1) & (first >= 0)
    later = rounds(scene, order, rule)
    return Outcome(
        answer=np.where(agree, first, later.answer),
        calls=np.where(agree, 2.0, later.calls),
        time=_in_two_steps(scene, early, agree) + scene.times(1).max(1) * (~agree & (later.calls > scene.agents)),
    )


def refined_once(scene: Scene, order: Order, rule: Rule) -> Outcome:
    """One refinement for all, each with an even chance to adopt what it likes best; then the vote."""
    answers = scene.answers
    liked = np.take_along_axis(answers, scene.tastes(answers, 2, scene.given).argmax(-1), 1)
    adopts = scene.rng("adopts").random(answers.shape) < 0.5
    later = np.where(adopts, scene.revised(answers, liked, 2), answers)
    time = scene.times(0).max(1) + scene.times(2).max(1) + scene.times(1).max(1)
    calls = np.full(scene.questions, 3 * scene.agents)
    everywhere = np.ones(scene.questions, bool)
    return Outcome(answer=vote(scene, later, rule, order, everywhere), calls=calls, time=time)
