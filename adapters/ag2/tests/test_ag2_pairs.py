"""A user proxy and its assistant are one agent of the hub, made in Python or described."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from ag2_users import agent, proxy
from autogen import register_function
from autogen.coding import LocalCommandLineCodeExecutor
from massgen_hub.contract import Shown
from massgen_hub.errors import ConfigError
from massgen_hub.testing import call, decide, draft, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
CODE = "```python\nprint(6 * 7)\n```"
LOCAL = {"executor": {"type": "LocalCommandLineCodeExecutor", "timeout": 20}}


def runner(folder: Any, **more: Any) -> Any:
    return proxy(code_execution_config={"executor": LocalCommandLineCodeExecutor(work_dir=folder)}, **more)


def test_the_proxy_runs_the_code_of_the_assistant(take, server, tmp_path) -> None:
    server.script("coder", [say(CODE), say("It is 42.\n\nTERMINATE")])
    ends = lambda message: "TERMINATE" in (message.get("content") or "")  # noqa: E731 - as users write it
    pair = (runner(tmp_path, is_termination_msg=ends), agent(server, "coder"))
    reply, host = take(draft("TERMINATE is a word."), {}, target=pair)
    assert [note.kind for note in host.activities] == ["code", "output"]
    assert reply.text == "It is 42." == host.text


def test_a_proxy_that_runs_code_in_the_older_way_runs_it_here(take, server, tmp_path) -> None:
    server.script("coder", [say(CODE), say("It is 42.")])
    older = proxy(code_execution_config={"use_docker": False, "work_dir": str(tmp_path / "coding")})
    before = dict(older._code_execution_config)
    reply, host = take(draft(), {"max_turns": 2}, target=(older, agent(server, "coder")))
    assert [note.kind for note in host.activities] == ["code", "output"]
    assert (reply.text, list((tmp_path / "coding").glob("*.py")) != []) == ("It is 42.", True)
    assert (older._code_execution_config, older.code_executor) == (before, None)


def test_in_the_older_way_too_the_code_of_a_peer_is_not_run(take, server, tmp_path) -> None:
    peers = f"```python\nopen({str(tmp_path / 'ran')!r}, 'w')\n```"
    turn = replace(decide(), shown=(Shown(label="A", text=peers),), schema=None)
    server.script("coder", [say(peers), say("A is right.")])
    older = proxy(code_execution_config={"use_docker": False, "work_dir": str(tmp_path)})
    reply, _ = take(turn, {"max_turns": 2}, target=(older, agent(server, "coder")))
    assert (reply.text, (tmp_path / "ran").exists()) == ("A is right.", False)


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_a_pair_makes_no_difference(take, server, order) -> None:
    server.script("coder", [say("Paris.")])
    reply, _ = take(draft(), {"max_turns": 1}, target=[proxy(), agent(server, "coder")][::order])
    assert reply.text == "Paris."


def test_the_proxy_runs_the_tools_of_the_assistant(take, server) -> None:
    def weather(city: str) -> str:
        return f"rain in {city}"

    pair = (proxy(), agent(server, "coder"))
    register_function(weather, caller=pair[1], executor=pair[0], description="The weather.")
    server.script("coder", [call("weather", {"city": "Paris"}), say("It rains.")])
    reply, host = take(draft(), {"max_turns": 2}, target=pair)
    assert [note.text for note in host.activities][1] == "rain in Paris"
    assert reply.text == "It rains."


def test_a_nested_chat_of_the_proxy_is_held(take, server) -> None:
    writer, critic, user = agent(server, "writer"), agent(server, "critic"), proxy()
    user.register_nested_chats([{"recipient": critic, "max_turns": 1}], trigger=writer)
    server.script("writer", [say("It rained."), say("It rained cats and dogs.")])
    server.script("critic", [say("Say more.")])
    reply, host = take(draft(), {"max_turns": 2}, target=(user, writer))
    assert "Say more." in json.dumps(server.asked("writer")[1].body["messages"])
    assert reply.text == "It rained cats and dogs." == host.text
    assert [used.model for used in host.spent] == ["writer", "critic", "writer"]
    assert not any(one.chat_messages for one in (writer, critic, user))


def test_the_proxy_asks_a_person_through_the_hub(take, server) -> None:
    server.script("coder", [say("Red?"), say("Blue, then.")])
    pair = (proxy(human_input_mode="ALWAYS"), agent(server, "coder"))
    reply, host = take(draft(), {}, target=pair, answers=("No, blue.", "exit"))
    assert reply.text == "Blue, then."
    assert [asked.data for asked in host.questions] == [
        {"agent": "coder", "said": "Red?"}, {"agent": "coder", "said": "Blue, then."},
    ]  # fmt: skip


def test_the_assistant_of_a_pair_votes(take, server) -> None:
    server.script("coder", [call("vote", BALLOT)])
    reply, _ = take(vote(), {}, target=(proxy(), agent(server, "coder")))
    assert reply.data == BALLOT


def test_a_pair_is_two_agents(take, server) -> None:
    with pytest.raises(ConfigError, match="a pair is two agents"):
        take(draft(), {}, target=(proxy(), agent(server, "coder"), agent(server, "critic")))


def test_what_belongs_to_groups_has_no_effect_on_a_pair(take, server) -> None:
    for idle in ({"voter": "coder"}, {"max_rounds": 3}):
        with pytest.raises(ConfigError, match=f"`{next(iter(idle))}` has no effect"):
            take(draft(), idle, target=(proxy(), agent(server, "coder")))


def test_a_described_proxy_runs_the_code(take, tmp_path) -> None:
    options = {"user_proxy": {"code_execution_config": LOCAL}}
    reply, host = take(draft(folder=str(tmp_path)), options, [say(CODE), say("It is 42.")])
    assert [note.kind for note in host.activities] == ["code", "output"]
    assert reply.text == "It is 42."


def test_a_described_proxy_says_what_it_is_told_to_say_and_as_often_as_it_may(take, server) -> None:
    options = {"user_proxy": {"name": "boss", "default_auto_reply": "Shorter.", "max_consecutive_auto_reply": 2}}
    reply, _ = take(draft(), options, [say("Paris is it."), say("It is Paris."), say("Paris."), say("P.")])
    last = server.requests[-1].body["messages"][-1]
    assert (last["name"], last["content"]) == ("boss", "Shorter.")
    assert reply.text == "Paris."


@pytest.mark.parametrize(("mode", "answers"), [("ALWAYS", ("Shorter.", "exit")), ("TERMINATE", ("Shorter.", ""))])
def test_a_described_proxy_asks_a_person(take, server, mode, answers) -> None:
    options = {"user_proxy": {"human_input_mode": mode}}
    replies = [say("It is Paris. TERMINATE"), say("Paris. TERMINATE")]
    reply, host = take(draft(), options, replies, answers=answers)
    assert len(host.questions) == 2
    assert "Shorter." in json.dumps(server.requests[1].body["messages"])
    assert reply.text == "Paris."
