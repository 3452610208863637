"""What simulated agents say: honest answers and ballots in every dress that the hub can read, and hostile texts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from random import Random
from types import MappingProxyType
from typing import Any

from ...consensus.draw import draw
from ...consensus.settings import AnswerForm
from ...contract import Reply, Turn

ANSWERS: Mapping[AnswerForm, Sequence[str]] = MappingProxyType(
    {
        "text": ("Paris", "paris.", "Lyon", "Nice, by the sea", 'It is {"ranking": ["A"]}', "Vote: A", "\u202eLyon"),
        "choice": ("The answer is B.", "b", "(a)", "Option C", "The answer is D", "none of them"),
        "number": ("It is 42.", "42.0", "17", "4.2e1", "1,000", "no idea"),
        "json": ('{"n": 1}', '```json\n{ "n": 1 }\n```', '{"n": 2}', "[]", '{"n": '),
        "code": ("```python\nx = 1\n```", "```\nx = 1  \n\n```", "```python\nx = 2\n```", "x = 3"),
    }
)
"""Some of the answers to a question are equal, whatever they look like; the first ones are the most frequent."""


def an_answer(rng: Random, form: AnswerForm) -> str:
    """One of the answers of a form."""
    answers = ANSWERS[form]
    return answers[int(len(answers) * rng.random() * rng.random())]


def preferred(turn: Turn, seed: int) -> list[str]:
    """The labels shown, best first: agents share half of their taste, and never look at labels or places."""

    def worth(text: str) -> int:
        shared = draw("worth", seed, text.encode(errors="replace"))
        return shared + draw("taste", seed, turn.agent, turn.round, len(text))

    return [one.label for one in sorted(turn.shown, key=lambda one: (worth(one.text), one.text))]


def ballot_schema_of(turn: Turn) -> Mapping[str, Any]:
    """The properties of a ballot that this turn allows."""
    schema = turn.schema or {}
    properties: Mapping[str, Any] = schema.get("anyOf", [schema])[0]["properties"]
    return properties


def ballot(turn: Turn, labels: Sequence[str], veto: Sequence[str] = ()) -> dict[str, Any]:
    """A ballot as the turn's schema wants it, for these labels, best first."""
    wanted = ballot_schema_of(turn)
    said: dict[str, Any] = {"reason": f"{turn.agent} likes it"}
    if "scores" in wanted:
        said["scores"] = {label: max(0, 10 - 3 * place) for place, label in enumerate(labels)}
    elif "approved" in wanted:
        said["approved"] = list(labels[: (len(labels) + 1) // 2])
    else:
        said["ranking"] = list(labels[: wanted["ranking"]["maxItems"]])
    return said | {"veto": list(veto)} if "veto" in wanted else said


def dressed(said: Mapping[str, Any], rng: Random) -> Reply | str:
    """A decision in one of the forms in which agents give it."""
    text = json.dumps(said)
    match rng.randrange(6):
        case 0:
            return Reply(data=said)
        case 1:
            return Reply(text="I thought about it.", data=[said])
        case 2:
            return f"Here is my decision:\n```json\n{text}\n```"
        case 3:
            return repr(dict(said))
        case 4 if "ranking" in said:
            return f"They are all good.\n**Vote: {' > '.join(said['ranking'])}**"
    return text


def honest(turn: Turn, rng: Random, seed: int, form: AnswerForm) -> Reply | str:
    """What an agent says that does what it is asked to."""
    if turn.kind in ("draft", "present"):
        answer = an_answer(rng, form)
        return Reply(data={"answer": answer}) if rng.random() < 0.2 else answer
    if turn.kind == "decide" and rng.random() < 0.25:
        return dressed({"answer": an_answer(rng, form)}, rng)
    if rng.random() < 0.04:
        return dressed({"abstain": True, "reason": "I cannot tell"}, rng)
    labels = preferred(turn, seed)
    return dressed(ballot(turn, labels, labels[-1:] if rng.random() < 0.3 else ()), rng)
