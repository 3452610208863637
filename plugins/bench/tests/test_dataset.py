"""The user's own questions: read strictly, run once, graded, compared."""

import json
from pathlib import Path

import pytest
from massgen_hub.errors import ConfigError, RecordError
from massgen_hub_bench.dataset.items import read_items
from massgen_hub_bench.dataset.measures import majority, measure
from massgen_hub_bench.dataset.study import run_all
from massgen_hub_bench.dataset.trials import Draft, Ledger, Trial, attempt

QUESTIONS = [
    {"question": "What is 2 + 2?", "reference": "4", "id": "four"},
    {"question": "What is 2 + 3?", "reference": 5, "id": "five"},
    {"question": "What is 3 + 3?", "reference": "6", "id": "six"},
]
AGREEING = """
agents:
  - {id: ada, type: scripted, answer: "It is 4."}
  - {id: bob, type: scripted, answer: "4.0"}
  - {id: cy, type: scripted, answer: "5"}
consensus: {answer: number, refine: 0}
"""
VOTING = """
agents:
  - {id: ada, type: scripted, answer: "5", votes: ["5"]}
  - {id: bob, type: scripted, answer: "6", votes: ["5"]}
  - {id: cy, type: scripted, answer: "7", votes: ["5"]}
consensus: {answer: number, refine: 0}
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)) + "\n")
    (tmp_path / "agreeing.yaml").write_text(AGREEING)
    (tmp_path / "voting.yaml").write_text(VOTING)
    return tmp_path


def run(files, *configs, **options):
    given = {"limit": None, "seed": 1, "folder": files / "out"} | options
    return run_all(files / "questions.jsonl", [files / f"{name}.yaml" for name in configs], **given)


def tables(page):
    return {table.title: table for table in page.results[0].tables}


def lines(files):
    return (files / "out" / "results.jsonl").read_text().splitlines()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", r"data\.jsonl:2:2: not JSON"),
        ("[]", r"data\.jsonl:2:1: expected an object"),
        ('{"question": "x"}', r"data\.jsonl:2:1: `reference` is missing"),
        ('{"question": " ", "reference": "1"}', r"data\.jsonl:2:1: `question` must be a text"),
        ('{"question": "x", "reference": "1", "anwser": 1}', r"data\.jsonl:2:1: unknown key `anwser`"),
        ('{"question": "x", "reference": "1", "form": "numbr"}', r"data\.jsonl:2:1: there is no answer form `numbr`"),
        ('{"question": "ok", "reference": "1"}', r"data\.jsonl:2:1: the same item as in line 1"),
    ],
)
def test_bad_data_is_an_error_that_names_file_and_line(tmp_path, line, error):
    path = tmp_path / "data.jsonl"
    path.write_text('{"question": "ok", "reference": "1"}\n' + line + "\n")
    with pytest.raises(ConfigError, match=error):
        read_items(path)


def test_a_file_without_questions_is_an_error(tmp_path):
    path = tmp_path / "empty.jsonl"
    path.write_text("\n")
    with pytest.raises(ConfigError, match="holds no questions"):
        read_items(path)


def test_references_may_be_numbers(files):
    assert [item.reference for item in read_items(files / "questions.jsonl")] == ["4", "5", "6"]


def test_answers_are_graded_in_the_config_s_form(files):
    found = tables(run(files, "agreeing"))["3 questions"]
    assert found.value("agreeing", "accuracy") == pytest.approx(1 / 3)


def test_drafts_alone_are_measured_from_the_same_runs(files):
    page = run(files, "voting")
    summary, agents = tables(page)["3 questions"], tables(page)["Agents alone: their drafts"]
    assert [agents.value("voting", agent, "accuracy") for agent in ("ada", "bob", "cy")] == pytest.approx(
        [1 / 3, 1 / 3, 0]
    )
    assert summary.value("voting", "oracle") == pytest.approx(2 / 3)
    assert summary.value("voting", "majority of drafts") == pytest.approx(2 / 9)
    assert summary.value("voting", "calls") == 6


def test_agreement_is_held_against_accuracy(files):
    found = tables(run(files, "agreeing"))["Agreement is not proof"]
    assert found.value("agreeing", "majority", "share") == 1
    assert found.value("agreeing", "majority", "accuracy") == pytest.approx(1 / 3)


def test_two_configs_are_compared_question_by_question(files):
    found = tables(run(files, "agreeing", "voting"))["Configs on the same questions"]
    assert found.value("agreeing", "voting", "only the first right") == 1
    assert found.value("agreeing", "voting", "only the second right") == 1
    assert found.value("agreeing", "voting", "p (McNemar, exact)") == 1


def test_what_is_finished_is_not_run_again(files):
    run(files, "agreeing", limit=2)
    before = lines(files)
    run(files, "agreeing")
    assert (len(before), len(lines(files))) == (2, 3)
    assert lines(files)[:2] == before


def test_a_changed_config_is_run_again(files):
    run(files, "agreeing")
    (files / "agreeing.yaml").write_text(VOTING)
    run(files, "agreeing")
    assert len(lines(files)) == 6


def test_a_torn_last_line_is_dropped_and_run_again(files):
    run(files, "agreeing")
    path = files / "out" / "results.jsonl"
    path.write_text(path.read_text()[:-20])
    found = tables(run(files, "agreeing"))["3 questions"]
    assert len(lines(files)) == 3
    assert found.value("agreeing", "accuracy") == pytest.approx(1 / 3)


def test_a_damaged_line_in_the_middle_is_an_error_that_names_it(files):
    run(files, "agreeing")
    path = files / "out" / "results.jsonl"
    path.write_text("damaged\n" + path.read_text())
    with pytest.raises(RecordError, match=r"results\.jsonl:1: not a result"):
        run(files, "agreeing")


def test_the_same_seed_gives_the_same_answers(files):
    answers = []
    for name in ("one", "two"):
        run(files, "voting", folder=files / name)
        answers.append([trial.answer for trial in Ledger(files / name).trials.values()])
    assert answers[0] == answers[1]


def test_who_breaks_off_is_told_how_to_go_on(files, capsys, monkeypatch):
    finished = []

    async def until_the_second(*arguments, **named):
        if finished:
            raise KeyboardInterrupt
        finished.append(arguments)
        return await attempt(*arguments, **named)

    monkeypatch.setattr("massgen_hub_bench.dataset.study.attempt", until_the_second)
    with pytest.raises(KeyboardInterrupt):
        run(files, "agreeing")
    assert f"finished runs are kept in {files / 'out'}" in capsys.readouterr().err
    assert len(lines(files)) == 1


def test_the_records_of_all_runs_are_kept(files):
    run(files, "agreeing")
    runs = {trial.run for trial in Ledger(files / "out").trials.values()}
    assert {path.name for path in (files / "out" / "runs").iterdir()} == runs


def test_one_config_named_twice_is_an_error(files):
    with pytest.raises(ConfigError, match="named twice"):
        run(files, "agreeing", "agreeing")


def test_a_config_that_is_not_there_is_an_error_before_anything_runs(files):
    with pytest.raises(ConfigError, match="there is no config"):
        run(files, "agreeing", "absent")
    assert not (files / "out").exists()


def test_agents_that_all_fail_are_a_wrong_answer(files):
    failing = "agents:\n  - {id: ada, type: scripted, fails: always}\n  - {id: bob, type: scripted, fails: always}\n"
    (files / "failing.yaml").write_text(failing)
    found = tables(run(files, "failing"))["3 questions"]
    assert (found.value("failing", "accuracy"), found.value("failing", "decided")) == (0, 0)


def test_a_tied_majority_of_drafts_counts_its_share():
    drafts = tuple(Draft(agent=name, answer=name, right=name == "a") for name in "abc")
    trial = Trial(
        key="k", config="c", id="i", right=False, decided=True, agreement="none", answer="", agents=("a", "b", "c"),
        drafts=drafts, calls=3, seconds=0.1, run="r",
    )  # fmt: skip
    assert majority(trial) == pytest.approx(1 / 3)
    assert measure({"c": [trial]}, 1).tables[0].value("c", "oracle") == 1


def test_paths_tell_configs_of_one_name_apart(files):
    other = files / "other"
    other.mkdir()
    Path(other / "agreeing.yaml").write_text(VOTING)
    page = run_all(
        files / "questions.jsonl",
        [files / "agreeing.yaml", other / "agreeing.yaml"],
        limit=1,
        seed=1,
        folder=files / "out",
    )
    assert len(page.results[0].tables[0].rows) == 2
