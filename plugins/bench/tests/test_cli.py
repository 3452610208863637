"""The verbs, from the command line to the report."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from massgen_hub_bench.charts import svg
from massgen_hub_bench.cli import app
from massgen_hub_bench.report import shown
from massgen_hub_bench.results import Chart, Estimate, Series
from typer.testing import CliRunner

CONFIG = "agents:\n  - {id: ada, type: scripted, answer: '4'}\n  - {id: bob, type: scripted, answer: '4'}\n"


def bench(*arguments):
    done = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def questions(tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG)
    path = tmp_path / "questions.jsonl"
    path.write_text(
        '{"question": "2 + 2?", "reference": "4"}\n{"question": "<script>alert(1)</script>", "reference": "5"}\n'
    )
    return path


def test_simulate_writes_a_report_and_prints_its_tables(tmp_path):
    done = bench("simulate", "--only", "stopping", "--questions", 100, "--out", tmp_path)
    assert "unassailable lead" in done.stdout
    page = (tmp_path / "report.html").read_text()
    for part in ("<h2", "Stopping", "<svg", "seed 1", "questions 100", "numpy", "median calls", "massgen-hub 0"):
        assert part in page


def test_a_report_needs_nothing_but_itself(tmp_path):
    bench("simulate", "--only", "protocols", "--questions", 50, "--out", tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert not re.search(r'(?:src|href)="(?!#)', page.replace("xlink:href", "href"))
    assert "<script" not in page
    assert not re.search(r"url\((?!#)", page)


def test_names_inside_the_charts_of_a_page_do_not_clash(tmp_path):
    bench("simulate", "--only", "protocols", "--questions", 50, "--out", tmp_path)
    names = re.findall(r' id="([^"]+)"', (tmp_path / "report.html").read_text())
    assert len(names) == len(set(names))


def test_json_is_one_object_on_stdout(tmp_path):
    done = bench("simulate", "--only", "closed-forms", "--questions", 100, "--out", tmp_path, "--json")
    found = json.loads(done.stdout)
    assert found["parameters"] == {"questions": 100, "seed": 1}
    assert found["results"][0]["name"] == "closed-forms"


def test_replay_reports_every_pool_asked_for(tmp_path, recorded):
    chosen = ("--corpus", "math-l5", "--pool", "top10", "--pool", "mid10", "--agents", 3)
    done = bench("replay", "--data", recorded, *chosen, "--through-hub", 5, "--out", tmp_path, "--json")
    found = json.loads(done.stdout)["results"]
    assert [each["name"] for each in found] == ["math-l5-top10", "math-l5-mid10", "math-l5-hub"]
    assert "self-consistency at equal calls" in (tmp_path / "report.html").read_text()


def test_panels_of_five_are_also_judged_by_simulated_judges(tmp_path, recorded):
    chosen = ("--corpus", "math-l5", "--pool", "mid10", "--agents", 5)
    done = bench("replay", "--data", recorded, *chosen, "--out", tmp_path, "--json")
    found = json.loads(done.stdout)["results"]
    assert [each["name"] for each in found] == ["math-l5-mid10", "math-l5-mid10-protocols"]
    assert "simulated judges" in found[1]["title"]


def test_run_reports_accuracy_and_escapes_what_it_shows(tmp_path, questions):
    done = bench("run", questions, "-c", tmp_path / "config.yaml", "--out", tmp_path / "out", "--json")
    table = json.loads(done.stdout)["results"][0]["tables"][0]
    assert table["rows"][0]["values"][0]["value"] == 0.5
    assert "<script" not in (tmp_path / "out" / "report.html").read_text()


def test_only_as_many_questions_as_asked_for_are_run(tmp_path, questions):
    bench("run", questions, "-c", tmp_path / "config.yaml", "--out", tmp_path / "out", "--limit", 1)
    assert len((tmp_path / "out" / "results.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize("kind", ["lines", "points", "rows"])
def test_a_chart_names_its_axes_and_its_series(kind):
    values = (Estimate(value=0.5, low=0.4, high=0.6), Estimate(value=0.7))
    series = tuple(Series(name=name, x=(0.0, 1.0), y=values) for name in ("one", "two"))
    drawn = svg(Chart(title="A chart", x_label="calls", y_label="share", series=series, kind=kind, ticks=("a", "b")))
    assert drawn.startswith('<svg role="img" aria-label="A chart"')
    for comment in ("calls", "share", "one", "two"):
        assert f"<!-- {comment} -->" in drawn


def test_the_same_numbers_are_drawn_alike():
    chart = Chart(title="x", x_label="", y_label="", series=(Series(name="s", x=(1.0,), y=(Estimate(value=1.0),)),))
    assert svg(chart) == svg(chart)


@pytest.mark.parametrize(
    ("value", "text"), [(0.8123, "0.812"), (1.0, "1.000"), (3.417, "3.42"), (12.0, "12"), (-0.5, "-0.500")]
)
def test_numbers_have_as_many_digits_as_they_deserve(value, text):
    assert shown(value) == text


def test_help_imports_neither_numpy_nor_matplotlib():
    probe = (
        "import sys; from massgen_hub_bench.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'matplotlib'} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.strip() == "[]"


def test_the_verb_is_found_by_the_command_line_of_the_hub():
    hub = Path(sys.executable).with_name("massgen-hub")
    done = subprocess.run([hub, "bench", "--help"], capture_output=True, text=True, timeout=60, check=True)
    assert {"simulate", "replay", "run"} <= set(done.stdout.split())
