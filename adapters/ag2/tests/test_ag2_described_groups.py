"""A group that the config describes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from massgen_hub.errors import ConfigError
from massgen_hub.testing import call, draft, say, vote
from massgen_hub_ag2 import Ag2Options
from pydantic import ValidationError

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
LOCAL = {"executor": {"type": "LocalCommandLineCodeExecutor", "timeout": 20}}
CODER = {"name": "Coder", "system_message": "You are Coder."}
CRITIC = {"name": "Critic", "system_message": "You are Critic."}


def group(*agents: Any, **more: Any) -> dict[str, Any]:
    """A group that goes round once, unless it is told otherwise."""
    top = {key: more.pop(key) for key in ("voter", "max_rounds", "temperature", "max_tokens") if key in more}
    described = {"agents": list(agents or (CODER, CRITIC)), "pattern": "round_robin", **more}
    return {"max_rounds": 3, **top, "group": described}


def speaker(body: Any) -> str:
    """Whose request it is; the manager's has a system message of AG2's."""
    system = body["messages"][0]["content"]
    return system.removeprefix("You are ").rstrip(".") if system.startswith("You are C") else "manager"


def says(**said: Any) -> Any:
    """One model for all: each member says its replies in order, the last for ever."""
    replies = {name: [texts] if isinstance(texts, str) else list(texts) for name, texts in said.items()}

    def script(body: Any) -> Any:
        mine = replies[speaker(body)]
        reply = mine.pop(0) if len(mine) > 1 else mine[0]
        return say(reply) if isinstance(reply, str) else reply

    return script


def speakers(host: Any) -> list[str]:
    return [note.name for note in host.activities if note.kind == "info"]


def test_members_speak_in_turn_and_the_last_word_is_the_answer(take, server) -> None:
    reply, host = take(draft(), group(), says(Coder="It is Paris.", Critic="Paris."))
    assert (speakers(host), reply.text) == (["Coder", "Critic"], "Paris.")
    assert len(server.requests) == 2


def test_the_manager_picks_speakers_by_their_descriptions(take, server) -> None:
    members = (CODER, {**CRITIC, "description": "Finds every mistake."})
    script = says(manager="Critic", Coder="It is Paris.", Critic="Paris.")
    _, host = take(draft(), group(*members, pattern="auto"), script)
    assert speakers(host) == ["Coder", "Critic"]
    asked = next(request for request in server.requests if speaker(request.body) == "manager")
    assert "Finds every mistake." in json.dumps(asked.body["messages"])


def test_auto_is_the_pattern_where_none_is_named() -> None:
    assert Ag2Options(group={"agents": [CODER]}).group.pattern == "auto"


def test_a_person_picks_speakers(take) -> None:
    script = says(Coder="It is Paris.", Critic="Paris.")
    _, host = take(draft(), group(pattern="manual"), script, answers=("Critic",))
    assert speakers(host) == ["Coder", "Critic"]


def test_chance_picks_speakers(take) -> None:
    script = says(Coder="It is Paris.", Critic="Paris.")
    _, host = take(draft(), group(pattern="random", max_rounds=4), script)
    assert speakers(host) == ["Coder", "Critic", "Coder"]


def test_the_initial_agent_speaks_first_and_votes(take, server) -> None:
    options = group(initial_agent="Critic")
    _, host = take(draft(), options, says(Coder="It is Paris.", Critic="Paris."))
    assert speakers(host) == ["Critic", "Coder"]
    reply, _ = take(vote(), options, says(Critic=[call("vote", BALLOT)]))
    assert reply.data == BALLOT


def test_the_voter_votes_and_has_the_last_word(take) -> None:
    options = group(voter="Critic", max_rounds=4)
    reply, _ = take(draft(), options, says(Coder="Done.", Critic="Paris."))
    assert reply.text == "Paris."
    reply, _ = take(vote(), options, says(Critic=[call("vote", BALLOT)]))
    assert reply.data == BALLOT


def test_a_word_that_ends_the_chat_ends_it(take, server) -> None:
    reply, _ = take(draft(), group(max_rounds=9), says(Coder="It is Paris.", Critic="Paris.\n\nTERMINATE"))
    assert reply.text == "Paris."
    assert len(server.requests) == 2


def test_what_is_said_of_the_group_counts_for_members_that_say_nothing_else(take, server) -> None:
    members = (CODER, {**CRITIC, "temperature": 0.9, "max_tokens": 7})
    take(draft(), group(*members, temperature=0.1, max_tokens=5), says(Coder="It is Paris.", Critic="Paris."))
    assert [(request.body["temperature"], request.body["max_tokens"]) for request in server.requests] == [
        (0.1, 5), (0.9, 7),
    ]  # fmt: skip


def test_a_member_without_a_model_runs_the_code_of_the_others(take, tmp_path) -> None:
    members = (CODER, {"kind": "user_proxy", "name": "runs", "code_execution_config": LOCAL})
    script = says(Coder=["```python\nopen('made', 'w').close()\nprint(42)\n```", "It is 42."])
    reply, host = take(draft(folder=str(tmp_path)), group(*members, max_rounds=4), script)
    assert [note.kind for note in host.activities if note.kind != "info"] == ["code", "output"]
    assert reply.text == "It is 42."
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_members_use_the_tools_that_are_named_and_share_variables(take, server) -> None:
    members = ({**CODER, "kind": "conversable", "tools": ["ag2_users:note_down"]}, CRITIC)
    options = group(*members, max_rounds=5, context_variables={"cities": ["Lyon"]})
    for _ in range(2):
        reply, host = take(draft(), options, says(Coder=[call("note_down", {"city": "Paris"}), "Noted."], Critic="P."))
        assert next(note.text for note in host.activities if note.kind == "result") == "noted ['Lyon', 'Paris']"
        assert reply.text == "P."


@pytest.mark.parametrize("mode", ["ALWAYS", "TERMINATE"])
def test_a_user_agent_asks_a_person(take, server, mode) -> None:
    user = {"kind": "user_proxy", "name": "User", "human_input_mode": mode, "max_consecutive_auto_reply": 0}
    script = says(Coder="Red?", Critic=["Red or blue?", "Blue."])
    reply, host = take(draft(), group(user_agent=user, max_rounds=6), script, answers=("Blue.",))
    assert len(host.questions) == 1
    assert "Blue." in json.dumps(server.requests[2].body["messages"])
    assert reply.text == "Blue."


def test_a_user_agent_with_nothing_to_say_ends_the_chat(take, server) -> None:
    user = {"kind": "user_proxy", "name": "User"}
    reply, _ = take(draft(), group(user_agent=user, max_rounds=9), says(Coder="It is Paris.", Critic="Paris."))
    assert reply.text == "Paris."
    assert len(server.requests) == 2


def test_its_name_for_the_user_agent_may_be_that_of_an_agent_with_a_model(take) -> None:
    user = {"kind": "conversable", "name": "Chair", "system_message": "You are Chair."}
    script = says(Coder="It is Paris.", Critic="Paris.", Chair="We say Paris.")
    reply, _ = take(draft(), group(user_agent=user, max_rounds=4, voter=None), script)
    assert reply.text == "Paris."


# What is refused.


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (group(initial_agent="Codr"), "no agent `Codr`; did you mean `Coder`?"),
        (group(voter="Boss"), "no agent `Boss`; it has `Coder`, `Critic`"),
        (group(CODER, CODER), "two agents of the group have the name `Coder`"),
        (group({"name": "My Coder"}), "name"),
        (group(pattern="automatic"), "'auto', 'round_robin', 'random' or 'manual'"),
        ({"group": {"agents": []}}, "at least 1"),
        ({**group(), "system_message": "Be brief."}, "`system_message` is an option of one agent"),
        ({**group(), "kind": "agent"}, "`group` is an option of classic agents"),
        (group({"kind": "user_proxy", "name": "runs", "tools": ["my:tool"]}), "`tools` is an option of members with"),
        ({**group(), "max_rounds": 1}, "greater than or equal to 2"),
    ],
)
def test_what_does_not_fit_is_refused_and_told(options, said) -> None:
    with pytest.raises(ValidationError) as refused:
        Ag2Options(**options)
    assert said in str(refused.value)


@pytest.mark.parametrize("idle", [{"voter": "Coder"}, {"max_rounds": 3}])
def test_what_belongs_to_groups_has_no_effect_on_one_agent(take, idle) -> None:
    with pytest.raises(ConfigError, match=f"`{next(iter(idle))}` has no effect"):
        take(draft(), idle, [say("never asked")])


def test_an_executor_of_a_member_that_cannot_work_is_told_before_the_first_turn(take, monkeypatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    docker = {"executor": {"type": "DockerCommandLineCodeExecutor"}}
    with pytest.raises(ConfigError, match="engine|`docker`"):
        take(draft(), group(CODER, {**CRITIC, "code_execution_config": docker}), says(Coder="never asked"))
