"""An agent that says recorded answers."""

import asyncio
import json
from pathlib import Path

import pytest
from massgen_hub import ConfigError, Hub, Registry
from massgen_hub.agents.replay import ReplayOptions, replay
from massgen_hub.contract import Setup
from massgen_hub.dialogue import reply_schema
from massgen_hub.errors import TurnError
from massgen_hub.plugins import installed
from massgen_hub.testing import RecordingHost, decide, draft, vote

QUESTION = "Capital of France?"


@pytest.fixture
def file(tmp_path):
    """Writes lines, each an object or a raw text, and gives the path."""

    def written(*rows):
        path = tmp_path / "answers.jsonl"
        path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n")
        return path

    return written


def row(answer, question=QUESTION, **fields):
    return {"question": question, "answer": answer, **fields}


def take(turn, answers, agent="ann", **options):
    """What an agent says in one turn."""
    given = str(answers) if isinstance(answers, Path) else answers

    async def run():
        async with replay.open(ReplayOptions(answers=given, **options), Setup(agent=agent, seed=1)) as opened:
            return await opened(turn, RecordingHost())

    return asyncio.run(run())


def ballot(turn, answers, **options):
    return json.loads(take(turn, answers, **options))


def test_a_question_is_answered_as_recorded(file):
    assert take(draft(QUESTION), file(row("Paris"), "", row("4", "2+2?"))) == "Paris"


def test_it_works_from_code_with_a_mapping():
    assert take(draft(QUESTION), {QUESTION: "Paris"}) == "Paris"


def test_one_file_serves_many_agents_each_by_its_id(file):
    path = file(row("Paris", agent="ann"), row("Lyon", agent="bob"))
    assert [take(draft(QUESTION), path, agent=agent) for agent in ("ann", "bob")] == ["Paris", "Lyon"]


def test_as_names_whose_answers_they_are(file):
    path = file(row("Paris", agent="ann"), row("Lyon", agent="bob"))
    assert take(draft(QUESTION), path, **{"as": "bob"}) == "Lyon"


def test_an_answer_of_nobody_in_particular_is_everybodys(file):
    path = file(row("Paris"), row("Lyon", agent="bob"))
    assert [take(draft(QUESTION), path, agent=agent) for agent in ("ann", "bob")] == ["Paris", "Lyon"]


def test_a_file_that_changes_is_read_again(file):
    assert take(draft(QUESTION), file(row("Paris"))) == "Paris"
    assert take(draft(QUESTION), file(row("Marseille"))) == "Marseille"


def test_an_unknown_question_fails_with_the_file_and_the_question(file):
    path = file(row("Paris"))
    with pytest.raises(TurnError) as caught:
        take(draft("Capital of Italy?"), path)
    assert caught.value.message == f"{path} has no answer to the question 'Capital of Italy?'"
    assert not caught.value.transient


@pytest.mark.parametrize("turn", [draft(QUESTION), vote(QUESTION)], ids=lambda turn: turn.kind)
def test_an_answer_that_is_null_fails(turn):
    with pytest.raises(TurnError, match="^no recorded answer$"):
        take(turn, {QUESTION: None})


@pytest.mark.parametrize(("own", "label"), [("Lyon", "B"), ("**lyon.**", "B"), ("Paris", "A")])
@pytest.mark.parametrize("kind", [vote, decide])
def test_it_votes_for_the_candidate_that_is_its_own_answer(kind, own, label):
    assert ballot(kind(QUESTION), {QUESTION: own}) == {"ranking": [label]}


def test_the_same_text_is_preferred_to_one_that_is_only_written_alike():
    assert ballot(vote(QUESTION, ("paris", "Paris")), {QUESTION: "Paris"}) == {"ranking": ["B"]}


def test_without_a_candidate_of_its_own_it_abstains():
    assert ballot(vote(QUESTION), {QUESTION: "Nice"}) == {"abstain": True}


def test_a_recorded_ranking_is_its_vote(file):
    path = file(row("Paris", ranking=["Lyon", "Nice", "Paris"]))
    assert ballot(vote(QUESTION), path) == {"ranking": ["B", "A"]}


@pytest.mark.parametrize(
    ("need", "said"),
    [
        ("choice", {"ranking": ["B"]}),
        ("approval", {"approved": ["B", "A"]}),
        ("score", {"scores": {"A": 9, "B": 10, "C": 0}}),
    ],
)
def test_it_votes_in_the_form_that_is_asked_for(file, need, said):
    turn = vote(QUESTION, ("Paris", "Lyon", "Nice"), schema=reply_schema("vote", ["A", "B", "C"], need))
    assert ballot(turn, file(row("Paris", ranking=["Lyon", "Paris"]))) == said


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "Expecting property name"),
        ("[1]", "expected an object"),
        ('{"answer": "x"}', "`question` must be a text"),
        ('{"question": "x"}', "`answer` must be a text, or null"),
        ('{"question": "x", "answer": 4}', "`answer` must be a text, or null"),
        ('{"question": "x", "answer": "4", "agent": 1}', "`agent` must be a text"),
        ('{"question": "x", "answer": "4", "ranking": "4"}', "`ranking` must be a list of texts"),
        (row("Rome"), "this question is answered in an earlier line"),
    ],
)
def test_a_wrong_line_is_an_error_with_its_place(file, line, what):
    path = file(row("Paris"), "", line)
    with pytest.raises(ConfigError) as caught:
        take(draft(QUESTION), path)
    assert caught.value.message.startswith(what)
    assert (caught.value.place.path, caught.value.place.line) == (str(path), 3)
    assert caught.value.hint


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path):
    with pytest.raises(ConfigError, match=r"nothing\.jsonl cannot be read: No such file"):
        take(draft(QUESTION), tmp_path / "nothing.jsonl")


def test_a_file_without_answers_of_this_agent_names_those_it_has(file):
    with pytest.raises(ConfigError) as caught:
        take(draft(QUESTION), file(row("Paris", agent="ann"), row("Rome", "Italy?", agent="bob")), agent="zoe")
    assert "holds no answers of `zoe`" in caught.value.message
    assert caught.value.hint == "name one of them with `as`: ann, bob"


@pytest.mark.parametrize("environment", ["inline", "worker"])
def test_recorded_answers_come_to_a_verdict(file, environment):
    path = file(row("4", agent="a"), row("It is 4.0", agent="b"))
    agents = [{"id": "x", "as": "a"}, {"id": "y", "as": "b"}]
    config = {
        "consensus": {"gate": "plurality", "answer": "number"},
        "agents": [{"type": "replay", "answers": str(path), "environment": environment, **agent} for agent in agents],
    }
    core = Registry(point for point in installed() if point.name == "builtin")
    verdict = asyncio.run(Hub(config, runs=None, registry=core).run(QUESTION))
    assert (verdict.authors, verdict.agreement) == (("x", "y"), "unanimous")
