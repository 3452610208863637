"""The configs whose agents have environments of their own, built of what uv has or fetches."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from massgen_hub.config.agents import APART, TOGETHER
from massgen_hub.testing import ModelServer

sys.path.append(str(Path(__file__).parent))

from voters import answers

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def call(tmp_path, cache):
    """Calls `massgen-hub` beside a copy of a config."""

    def run(config, *arguments, code=0, **environment):
        for file in CONFIGS.glob(f"{Path(config).stem}.*"):
            shutil.copy(file, tmp_path)
        kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        done = subprocess.run(
            [sys.executable, "-m", "massgen_hub", *arguments],
            capture_output=True, text=True, cwd=tmp_path, timeout=600,
            env={**kept, "MASSGEN_HUB_CACHE": str(cache), "NO_COLOR": "1", **environment},
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done

    return run


@pytest.fixture
def scripted(call):
    """What `run --json` tells of a config whose environments are built, and whose models all say the same."""

    def run(config, task, *, says):
        call(config, "env", "sync", config)
        with ModelServer() as server:
            server.script("redirected", answers(says))
            done = call(
                config, "run", "--json", "-c", config, "--model", "openai/redirected", task,
                OPENAI_BASE_URL=server.base_url, OPENAI_API_KEY="a-key-for-the-test",
            )  # fmt: skip
        return json.loads(done.stdout)

    return run


@pytest.mark.slow
@pytest.mark.model
def test_frameworks_that_cannot_live_together_decide_in_one_round(call, tmp_path):
    config = "cannot-live-together.yaml"
    call(config, "env", "sync", config)
    locked = (CONFIGS / "cannot-live-together.lock").read_text()
    assert (tmp_path / "cannot-live-together.lock").read_text() == locked
    done = call(config, "run", "--json", "-c", config, "What is the capital of France?")
    told = json.loads(done.stdout)
    agents = {"crew", "scope", "ag2", "sdk"}
    assert told["verdict"]["decided"]
    assert {turn["agent"] for turn in told["turns"] if turn["kind"] == "draft" and turn["text"]} == agents
    where = told["ran_on"]
    assert {agent: one["where"] for agent, one in where.items()} == dict.fromkeys(agents, "environment")
    openai = {agent: one["versions"]["openai"].split(".")[0] for agent, one in where.items()}
    assert openai == {"crew": "2", "scope": openai["scope"], "ag2": "3", "sdk": "3"}
    assert {where[agent]["versions"]["mcp"].split(".")[0] for agent in ("crew", "scope")} == {"1", "2"}
    for agent in agents:
        assert f"{agent} runs on Python 3." in done.stderr


@pytest.mark.slow
def test_every_framework_drafts_and_votes_in_one_run(scripted):
    told = scripted("every-framework.yaml", "What is 6 times 7?", says="It is 42.")
    everybody = {*TOGETHER, *APART}
    drafts = {turn["agent"]: turn["text"] for turn in told["turns"] if turn["kind"] == "draft"}
    assert drafts == dict.fromkeys(everybody, "It is 42.")
    assert {ballot["voter"] for ballot in told["ballots"]} <= everybody
    assert len(told["ballots"]) > len(everybody) / 2
    assert told["verdict"]["decided"]
    assert told["verdict"]["absent"] == [] or {one["how"] for one in told["verdict"]["absent"]} == {"cancelled"}
    where = told["ran_on"]
    assert {agent for agent, one in where.items() if one["where"] == "environment"} == set(APART)


@pytest.mark.slow
def test_two_generations_of_a_framework_vote_together(scripted):
    told = scripted("two-generations.yaml", "What is the capital of France?", says="It is Paris.")
    assert {turn["agent"] for turn in told["turns"] if turn["kind"] == "draft" and turn["text"] == "It is Paris."} == {
        "ag2-classic", "ag2-1x", "agentscope-1", "agentscope-2",
    }  # fmt: skip
    assert len(told["ballots"]) >= 3
    majors = {
        agent: {name: number.split(".")[0] for name, number in one["versions"].items()}
        for agent, one in told["ran_on"].items()
    }
    assert (majors["ag2-classic"]["openai"], majors["ag2-1x"]["openai"]) == ("2", "3")
    assert (majors["agentscope-1"]["agentscope"], majors["agentscope-2"]["agentscope"]) == ("1", "2")
    assert (majors["agentscope-1"]["mcp"], majors["agentscope-2"]["mcp"]) == ("1", "2")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("of", "line", "environment"),
    [
        ("ag2-classic", "from ag2.config import OpenAIConfig; OpenAIConfig(model='m')", "ag2[openai]>=1.2"),
        ("agentscope-2", "from agentscope.agent import ReActAgent", "agentscope<2"),
        ("agentscope-1", "from agentscope.agent import Agent", "agentscope>=2"),
    ],
)
def test_code_of_the_other_generation_is_told_the_environment_that_it_needs(call, tmp_path, of, line, environment):
    whole = yaml.safe_load((CONFIGS / "two-generations.yaml").read_text())
    (entry,) = [agent for agent in whole["agents"] if agent["id"] == of]
    own = {"agent": "other:agent", "type": entry["type"], "environment": entry["environment"]}
    (tmp_path / "other.py").write_text(line)
    (tmp_path / "other.yaml").write_text(yaml.safe_dump({"agents": [own]}))
    call("other.yaml", "env", "sync", "other.yaml")
    done = call("other.yaml", "run", "-c", "other.yaml", "Who are you?", code=2)
    hint = done.stderr.partition("hint: ")[2]
    assert f'environment: {{requires: ["{environment}"' in hint


@pytest.mark.slow
def test_the_doctor_tells_both_generations_apart(call):
    config = "two-generations.yaml"
    call(config, "env", "sync", config)
    there = {one["key"] for one in json.loads(call(config, "env", "list", "--json").stdout)}
    told = json.loads(call(config, "doctor", "--start", "--json", MASSGEN_HUB_PLUGINS="ag2,agentscope").stdout)
    examined = [(one, framework["generation"]) for one in told["adapters"] for framework in one["frameworks"]]
    found = {(one["name"], generation): one for one, generation in examined}
    for name, generation in (("ag2", "openai 2"), ("agentscope", "AgentScope 1")):
        assert found[name, generation]["environment"] in there
        assert found[name, generation]["start"] > 0
    assert {("ag2", "openai 3"), ("agentscope", "AgentScope 2")} <= set(found)
