"""What agents say that they should not: nothing, nonsense, too much, somebody else's words, votes that are none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ...contract import Reply
from .replies import ballot, dressed, honest
from .world import Fault, Scene, named

HUGE = "x" * 10_000_000


def plain(scene: Scene) -> Reply | str:
    """What the agent would say if nothing went wrong."""
    return honest(scene.turn, scene.rng, scene.world.seed, scene.world.form)


def text_of(reply: Reply | str) -> str:
    """A reply as it streams."""
    return reply if isinstance(reply, str) else reply.text or json.dumps(reply.data)


async def an_old_reply(scene: Scene) -> str:
    """Says again what it said in an earlier turn."""
    await scene.think()
    earlier = [text_of(said) for key, said in scene.world.said.items() if key[0] == scene.turn.agent]
    return earlier[0] if earlier else "nothing yet"


async def a_peers_reply(scene: Scene) -> str:
    """Says what another agent said last."""
    await scene.think()
    others = [text_of(said) for key, said in scene.world.said.items() if key[0] != scene.turn.agent]
    return others[-1] if others else "nobody yet"


async def two_votes(scene: Scene) -> str:
    """Votes twice, and differently."""
    await scene.think()
    labels = [one.label for one in scene.turn.shown]
    return "\n".join(json.dumps(_ballot(scene, order)) for order in (labels, labels[::-1]))


async def one_twice(scene: Scene) -> Reply | str:
    """Puts the same label on its ballot twice."""
    await scene.think()
    labels = [one.label for one in scene.turn.shown]
    said = _ballot(scene, labels)
    doubled = {key: [*value, *value] if isinstance(value, list) else value for key, value in said.items()}
    return dressed(doubled, scene.rng)


async def unknown_label(scene: Scene) -> Reply | str:
    """Votes for an answer that nobody gave."""
    await scene.think()
    return dressed(_ballot(scene, ["ZZ", "A1"]), scene.rng)


async def a_label_not_shown(scene: Scene) -> Reply | str:
    """Votes for a label that may belong to a candidate which it is not shown now."""
    await scene.think()
    shown = {one.label for one in scene.turn.shown}
    return dressed(_ballot(scene, [letter for letter in "ABCDEF" if letter not in shown][:1]), scene.rng)


async def its_own_label(scene: Scene) -> Reply | str:
    """Votes for nothing but its own answer, where it recognises it."""
    await scene.think()
    mine = set(scene.world.given.get(scene.turn.agent, ()))
    own = [one.label for one in scene.turn.shown if one.text in mine]
    return dressed(_ballot(scene, own or [one.label for one in scene.turn.shown][:1]), scene.rng)


def _ballot(scene: Scene, labels: list[str]) -> dict[str, Any]:
    if scene.turn.kind in ("draft", "present"):
        return {"reason": "none", "ranking": labels or ["A"]}
    return ballot(scene.turn, labels)


async def too_much_text(_scene: Scene) -> str:
    """Says ten megabytes."""
    return HUGE


async def too_much_data(_scene: Scene) -> Reply:
    """Has ten megabytes of native arguments."""
    return Reply(data={"answer": HUGE})


def says(value: object) -> Fault:
    """A fault that is nothing but what the agent returns."""

    async def fault(scene: Scene) -> object:
        await scene.think()
        return value

    return fault


SAYINGS: Mapping[str, Fault] = MappingProxyType(
    named(
        an_old_reply, a_peers_reply, two_votes, one_twice, unknown_label, a_label_not_shown, its_own_label,
        too_much_text, too_much_data,
    )
    | {
        "say_nothing": says(""),
        "say_none": says(None),
        "say_a_number": says(7),
        "say_nul": says("\x00"),
        "say_surrogates": says("Pa\ud800ris"),
        "native_surrogates": says(Reply(data={"answer": "Pa\udfffris"})),
        "escaped_surrogates": says(json.dumps({"answer": "Pa\ud800ris", "reason": "\ud83d", "ranking": ["A"]})),
        "native_without_json": says(Reply(data={"answer": object()})),
        "native_nonsense": says(Reply(text="?", data=[1, None, {"ranking": {"A": 1}}, {"scores": [1]}])),
        "native_not_a_number": says(Reply(data={"scores": {"A": float("nan")}, "ranking": [["A"]]})),
        "text_that_is_no_text": says(Reply(text=7)),  # type: ignore[arg-type]
        "a_vote_for_nothing": says("They are all good.\n**Vote: **"),
        "unterminated": says('{"reason": "well", "ranking": ["A", "B"'),
        "too_deep": says("[" * 5000 + '{"a":' * 5000),
    }
)  # fmt: skip
"""What is said wrongly, by name."""
