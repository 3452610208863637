"""`massgen-hub env`, `run --sync` and `check`, as a person calls them."""

import json
import shutil
import subprocess
import sys

import pytest
from killing import check, killed
from massgen_hub.environments.store import MARK


def test_a_run_offers_the_sync_it_needs_in_one_line(call, tmp_path):
    done = call("run", "-c", "team.yaml", "Where are you?", MASSGEN_HUB_CACHE=str(tmp_path / "none"))
    assert done.returncode == 2
    assert done.stdout == ""
    [line] = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert line.startswith("error: not built yet: the environment of ann (lone), bob (lone), up to about ")
    assert line.endswith("MB to download: massgen-hub env sync team.yaml, or `run --sync`")
    assert not (tmp_path / "team.lock").exists()


def test_sync_builds_and_locks_and_the_run_goes_on_there(call, place, cache):
    synced = call("env", "sync", "team.yaml")
    assert synced.returncode == 0, synced.stderr
    assert "ann, bob: Python 3." in synced.stderr
    done = call("run", "-c", "team.yaml", "--json", "Where are you?")
    assert done.returncode == 0, done.stderr
    assert "ann runs on Python 3." in done.stderr
    assert "ann ran on Python 3." in call("show").stdout
    assert f"calm in {cache}" in done.stdout
    assert f"angry in {cache}" in done.stdout


def test_run_syncs_when_it_is_told_to(call, tmp_path):
    done = call("run", "-c", "team.yaml", "--sync", "--json", "Where are you?", MASSGEN_HUB_CACHE=str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "new") in done.stdout
    assert (tmp_path / "team.lock").is_file()


def test_a_run_that_was_cut_off_is_resumed_where_its_environments_are_gone(call, place, cache, tmp_path, monkeypatch):
    call("env", "sync", "team.yaml")
    monkeypatch.setenv("MASSGEN_HUB_CACHE", str(cache))
    killed("run", "-c", "team.yaml", "Where are you?", folder=place, after=2)
    gone = {"MASSGEN_HUB_CACHE": str(tmp_path / "new")}
    done = call("resume", **gone)
    assert done.returncode == 2
    [line] = [
        line for line in done.stderr.splitlines() if line.startswith("error: not built yet: the environment of ann")
    ]
    assert line.endswith(f": massgen-hub env sync {place.resolve() / 'team.yaml'}, or `resume --sync`")
    done = call("resume", "--sync", **gone)
    assert done.returncode == 0, done.stderr
    assert "ann, bob: Python 3." in done.stderr
    check(place)


def test_sync_says_which_line_an_environment_does_not_fit_and_keeps_it(call, place):
    (place / "team.yaml").write_text((place / "team.yaml").read_text().replace("mood: angry", "mood: hungry"))
    done = call("env", "sync", "team.yaml")
    assert done.returncode == 2
    assert "ann, bob: Python 3." in done.stderr
    assert "error: team.yaml:4:33: agents[1].mood: expected one of `angry`, `calm`" in done.stderr
    (place / "team.yaml").write_text('agents: [{id: ann, type: other, environment: {requires: ["./lone"]}}]')
    done = call("env", "sync", "team.yaml")
    assert done.returncode == 2
    assert "error: team.yaml:1:26: agent `ann`: no plugin here brings the adapter `other` (in " in done.stderr


def test_what_cannot_be_resolved_is_shown_with_the_line_of_the_first_agent_that_asks_for_it(call, place):
    clash = 'environment: {requires: ["./lone", "pluggy<1"]}'
    (place / "team.yaml").write_text(f"""agents:
  - {{id: cy, type: scripted, answer: yes}}
  - id: ann
    type: lone
    {clash}
  - {{id: bob, type: lone, {clash}}}
""")
    done = call("env", "sync", "team.yaml")
    assert done.returncode == 2
    assert "error: team.yaml:5:18: the environment of ann, bob: no versions meet all requirements: " in done.stderr
    assert f"5 |     {clash}\n  |                  ^\n" in done.stderr
    for verb in (("env", "lock"), ("run", "Where are you?", "-c")):
        assert "error: team.yaml:5:18: the environment of ann, bob: " in call(*verb, "team.yaml").stderr


def test_a_python_that_is_not_there_is_shown_with_its_line(call, place):
    call("env", "lock", "team.yaml")
    done = call("env", "sync", "team.yaml", "--set", "agents.bob.environment.python=./gone")
    assert done.returncode == 2
    assert "error: team.yaml:4:53: the environment of bob cannot be built: there is no Python at " in done.stderr


def test_what_is_built_is_listed(call, place):
    call("env", "sync", "team.yaml")
    done = call("env", "list")
    [line] = [line for line in done.stdout.splitlines() if "./lone; " in line]
    assert "distributions" in line
    told = json.loads(call("env", "list", "--json").stdout)
    [one] = [one for one in told if one["requires"] == ["./lone"]]
    assert one["whole"] is True
    assert one["versions"]["massgen-hub-lone"] == "7.0"


def test_a_half_built_one_is_listed_as_such_and_can_be_removed(call, tmp_path):
    cache = str(tmp_path / "new")
    call("env", "sync", "team.yaml", MASSGEN_HUB_CACHE=cache)
    [folder] = [path for path in (tmp_path / "new" / "environments").iterdir() if path.is_dir()]
    (folder / MARK).unlink()
    assert "half built" in call("env", "list", MASSGEN_HUB_CACHE=cache).stdout
    done = call("env", "remove", folder.name[:6], MASSGEN_HUB_CACHE=cache)
    assert done.stderr == f"removed {folder.name}\n"
    assert not folder.exists()


def test_a_name_that_fits_none_is_told(call):
    done = call("env", "remove", "zzz")
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: the name of no environment begins with `zzz`")


def test_nothing_is_removed_without_a_name(call):
    assert "name what to remove, or give --all" in call("env", "remove").stderr


def test_check_says_that_options_were_not_checked_where_nothing_is_built(call, tmp_path):
    done = call("check", "team.yaml", MASSGEN_HUB_CACHE=str(tmp_path / "none"))
    assert done.returncode == 0
    assert "options were not checked there" in done.stderr


def test_check_asks_the_environment_and_shows_the_line(call, place):
    call("env", "sync", "team.yaml")
    text = (place / "team.yaml").read_text().replace("mood: angry", "moood: angry")
    (place / "team.yaml").write_text(text)
    done = call("check", "team.yaml")
    assert done.returncode == 2
    assert done.stderr.startswith("error: team.yaml:4:27: agents[1].moood: unknown key\n")
    assert "hint: did you mean `mood`?" in done.stderr


def test_a_run_shows_the_line_too(call, place):
    call("env", "sync", "team.yaml")
    (place / "team.yaml").write_text((place / "team.yaml").read_text().replace("mood: angry", "mood: hungry"))
    done = call("run", "-c", "team.yaml", "Where are you?")
    assert done.returncode == 2
    assert "team.yaml:4:33: agents[1].mood: expected one of `angry`, `calm`" in done.stderr


def test_an_environment_that_brings_no_such_adapter_says_which_it_has(call, place):
    call("env", "sync", "team.yaml")
    (place / "team.yaml").write_text('agents: [{id: ann, type: other, environment: {requires: ["./lone"]}}]')
    done = call("check", "team.yaml")
    assert done.returncode == 2
    assert "agent `ann`: no plugin here brings the adapter `other`" in done.stderr


def test_an_environment_of_one_s_own_is_used_as_it_is(call, place, cache):
    call("env", "sync", "team.yaml")
    [folder] = [path for path in (cache / "environments").iterdir() if (path / MARK).is_file()][:1]
    (place / "own.yaml").write_text(f"agents: [{{id: ann, type: lone, environment: {{path: {folder}}}}}]")
    assert f"calm in {folder}" in call("run", "-c", "own.yaml", "Where are you?").stdout


def test_a_path_without_an_environment_is_told(call, place):
    (place / "own.yaml").write_text("agents: [{id: ann, type: lone, environment: {path: nowhere}}]")
    done = call("env", "sync", "own.yaml")
    assert done.returncode == 2
    assert "error: own.yaml:1:45: the agent `ann` has no environment at" in done.stderr


def test_an_environment_without_massgen_hub_is_told(call, place):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place / "bare")], check=True)
    (place / "own.yaml").write_text("agents: [{id: ann, type: lone, environment: {path: bare}}]")
    done = call("run", "-c", "own.yaml", "Where are you?")
    assert done.returncode == 2
    assert "No module named 'massgen_hub'" in done.stderr
    assert "bare/bin/python` import massgen_hub?" in done.stderr


def test_why_names_the_clash_of_two_requirements(call):
    done = call("env", "why", "massgen-hub-lone @ file:///nowhere", "pluggy<1")
    assert done.returncode == 2
    done = call("env", "why", "scripted-nothing-like-it", "pluggy<1")
    assert "there is no distribution `scripted-nothing-like-it`" in done.stderr


def test_why_says_that_two_live_together(call):
    done = call("env", "why", "pluggy", "rich")
    assert done.stdout.startswith("pluggy and rich live together, in ")


def test_lock_writes_the_newest_versions_and_builds_nothing(call, place, tmp_path):
    done = call("env", "lock", "team.yaml", MASSGEN_HUB_CACHE=str(tmp_path / "none"))
    assert done.returncode == 0, done.stderr
    assert (place / "team.lock").is_file()
    assert not (tmp_path / "none").exists()


def test_nothing_to_lock_is_told(call, place):
    (place / "team.yaml").write_text("agents: [{type: scripted, answer: yes}]")
    assert "nothing to lock" in call("env", "lock", "team.yaml").stderr


def test_the_doctor_knows_the_adapters_of_environments(call):
    call("env", "sync", "team.yaml")
    told = json.loads(call("doctor", "--json").stdout)
    assert {one["name"] for one in told["adapters"]} >= {"crewai", "ag2"}
    [crewai] = [one for one in told["adapters"] if one["name"] == "crewai"]
    assert crewai["status"] in ("not installed", "ok")


@pytest.mark.parametrize("lost", ["project", "interpreter"])
def test_the_doctor_says_which_environments_are_of_no_more_use(call, place, project, lost):
    new = {"MASSGEN_HUB_CACHE": str(place / "new")}
    shutil.copytree(project / "lone", place / "clone")
    (place / "team.yaml").write_text('agents: [{id: ann, type: lone, environment: {requires: ["./clone"]}}]')
    call("env", "sync", "team.yaml", **new)
    [folder] = [path for path in (place / "new" / "environments").iterdir() if path.is_dir()]
    assert json.loads(call("doctor", "--json", **new).stdout)["stranded"] == []
    gone = place / "clone" if lost == "project" else place / "python"
    if lost == "project":
        shutil.rmtree(gone)
    else:
        (folder / "bin" / "python").unlink()
        (folder / "bin" / "python").symlink_to(gone)
    done, fix = call("doctor", **new), f"massgen-hub env remove {folder.name}"
    assert f"of no more use: {folder.name} (./clone), because {gone} is gone: {fix}" in done.stdout.splitlines()
    assert done.returncode == 0
    told = json.loads(call("doctor", "--json", **new).stdout)
    expected = {"environment": folder.name, "requires": ["./clone"], "gone": str(gone), "fix": fix}
    assert (told["ok"], told["stranded"]) == (True, [expected])


def test_what_was_set_is_part_of_the_command_that_a_run_offers(call, place):
    (place / "my python").symlink_to(sys.executable)
    setting, new = "agents.ann.environment.python=./my python", {"MASSGEN_HUB_CACHE": str(place / "new")}
    done = call("run", "-c", "team.yaml", "--set", setting, "Where are you?", **new)
    assert f"massgen-hub env sync team.yaml --set '{setting}', or `run --sync`" in done.stderr
    assert call("env", "sync", "team.yaml", "--set", setting, **new).returncode == 0
    assert call("run", "-c", "team.yaml", "--set", setting, "Where are you?", **new).returncode == 0


def test_a_plugin_that_is_broken_there_is_told_without_advice_to_add_it(call, place):
    module = (place / "lone" / "massgen_hub_lone.py").read_text()
    (place / "broken").mkdir()
    (place / "broken" / "pyproject.toml").write_text((place / "lone" / "pyproject.toml").read_text())
    (place / "broken" / "massgen_hub_lone.py").write_text(f"import gone\n{module}")
    (place / "team.yaml").write_text("agents: [{id: ann, type: lone, environment: {requires: [./broken]}}]")
    call("env", "sync", "team.yaml")
    done = call("check", "team.yaml")
    assert done.returncode == 2
    assert "the plugin `lone` is broken: ModuleNotFoundError: No module named 'gone'" in done.stderr
    assert "hint:" not in done.stderr


def test_check_asks_the_environments_that_are_built_where_others_are_not(call, place):
    call("env", "sync", "team.yaml")
    extra = "  - {id: dan, type: lone, environment: {requires: [./lone, never-built]}}"
    text = (place / "team.yaml").read_text().replace("consensus:", f"{extra}\nconsensus:")
    (place / "team.yaml").write_text(text)
    done = call("check", "team.yaml")
    assert done.returncode == 0
    assert "not built yet: the environment of dan (lone)" in done.stderr
    (place / "team.yaml").write_text(text.replace("mood: angry", "mood: sad"))
    done = call("check", "team.yaml")
    assert done.returncode == 2
    assert "mood: expected one of" in done.stderr


def test_whoever_is_asked_about_options_sees_no_key(call, place, project):
    module = shutil.copytree(project / "lone", place / "nosy") / "massgen_hub_lone.py"
    module.write_text(module.read_text() + "\n\nimport os\n\nassert 'SECRET_KEY' not in os.environ\n")
    (place / "team.yaml").write_text('agents: [{id: ann, type: lone, environment: {requires: ["./nosy"]}}]')
    call("env", "sync", "team.yaml")
    done = call("check", "team.yaml", SECRET_KEY="s3cret")
    assert (done.returncode, done.stderr) == (0, "")
