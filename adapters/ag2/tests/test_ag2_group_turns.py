"""Turns of groups do not mix, change nothing of the user's, and end when they are told to."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from ag2_users import agent, config, manager, proxy
from autogen import ConversableAgent
from autogen.agentchat.group import ContextVariables
from autogen.agentchat.group.patterns import AutoPattern, RoundRobinPattern
from massgen_hub.contract import Setup
from massgen_hub.kit import is_transient
from massgen_hub.testing import Gate, RecordingHost, call, draft, fail, hang, say, vote
from massgen_hub_ag2 import ADAPTER, Ag2Options

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
AT_ONCE = 12
"""More than the threads of Python's default executor on a small machine."""


def state(*things: Any) -> list[dict[str, Any]]:
    """Everything that things hold, and what is in it now."""
    return [{name: (id(value), repr(value)) for name, value in vars(thing).items()} for thing in things]


def patterned(server: Any, agents: list[Any]) -> Any:
    variables = ContextVariables(data={"seen": []})
    return RoundRobinPattern(initial_agent=agents[0], agents=agents, context_variables=variables)


def opened(target: Any, **options: Any) -> Any:
    return ADAPTER.open(Ag2Options(**options), Setup(agent="team", seed=1, target=target))


@pytest.fixture
def members(server) -> list[Any]:
    for name in ("one", "two"):
        server.script(name, lambda _body, name=name: say(f"I am {name}."))
    return [agent(server, name) for name in ("one", "two")]


@pytest.mark.parametrize("made", [manager, patterned])
def test_nothing_of_a_group_changes(take, server, members, made) -> None:
    group = made(server, [*members, proxy()])
    things = [group, *members, *([group.groupchat] if made is manager else [group.context_variables])]
    before = state(*things)
    take(draft(), {}, target=group)
    server.script("one", [call("vote", BALLOT)])
    take(vote(), {}, target=group)
    assert state(*things) == before
    assert not any(one.chat_messages for one in members)


@pytest.mark.parametrize("made", [manager, patterned])
def test_a_turn_of_a_group_remembers_nothing_of_the_last(server, members, made) -> None:
    async def turns() -> None:
        async with opened(made(server, members), **({} if made is manager else {"max_rounds": 3})) as team:
            for _ in range(2):
                await team(draft(), RecordingHost())

    asyncio.run(turns())
    bodies = [request.body for request in server.requests]
    assert bodies[: len(bodies) // 2] == bodies[len(bodies) // 2 :]


def test_two_agents_of_the_hub_over_one_group_do_not_mix(server, members) -> None:
    first, second = Gate(), Gate()
    group = manager(server, members)
    server.script("one", lambda body: hang("To the ", first if "ada's" in json.dumps(body) else second))

    async def both() -> tuple[str, str]:
        async with opened(group) as ada, opened(group) as bob:
            turns = [asyncio.create_task(each(draft(f"This is {name}'s."), RecordingHost())) for each, name in
                     ((ada, "ada"), (bob, "bob"))]  # fmt: skip
            for gate in (first, second):
                assert await asyncio.to_thread(gate.reached.wait, 30)
            for gate in (second, first):
                gate.released.set()
            await asyncio.gather(*turns)
        return tuple(turn.result().text for turn in turns)

    assert asyncio.run(both()) == ("I am two.", "I am two.")
    heard = [json.dumps(request.body["messages"]) for request in server.asked("two")]
    assert sorted("ada's" in text for text in heard) == [False, True]
    assert all(("ada's" in text) != ("bob's" in text) for text in heard)


def test_a_cancelled_group_makes_no_more_calls(server, members) -> None:
    holding = hang("I am ")
    server.script("one", [holding])

    async def cancelled() -> None:
        async with opened(manager(server, members)) as team:
            turn = asyncio.create_task(team(draft(), RecordingHost()))
            await asyncio.to_thread(holding.gate.reached.wait, 30)
            turn.cancel()
            await asyncio.wait([turn])
            holding.gate.released.set()
            await asyncio.to_thread(server.requests[0].answered.wait, 30)
            await _threads_ended()

    asyncio.run(cancelled())
    assert [request.body["model"] for request in server.requests] == ["one"]


@pytest.mark.parametrize("busy", ["manager", "one"])
def test_a_busy_model_of_a_group_fails_the_turn_after_one_call(take, server, members, busy) -> None:
    server.script(busy, lambda _body: fail(429))
    picked = "auto" if busy == "manager" else "round_robin"
    with pytest.raises(Exception, match="429") as failure:
        take(draft(), {}, target=manager(server, members, speaker_selection_method=picked))
    assert is_transient(failure.value)
    assert len(server.requests) == 1


def test_groups_print_nothing(take, server, members, capfd) -> None:
    server.script("manager", [say("two"), say("nobody"), say("one, or two"), say("well"), say("one")])
    args = {"llm_config": config(server, "manager")}
    pattern = AutoPattern(initial_agent=members[0], agents=members, group_manager_args=args)
    capfd.readouterr()
    take(draft(), {"max_rounds": 4}, target=pattern)
    take(draft(), {}, target=manager(server, members, speaker_selection_method="random"))
    take(vote(), {}, target=manager(server, members))
    assert tuple(capfd.readouterr()) == ("", "")


def test_none_of_many_agents_waits_for_a_thread(server) -> None:
    gates = [Gate() for _ in range(AT_ONCE)]
    for number, gate in enumerate(gates):
        server.script(f"m{number}", [hang("Par", gate)])
    agents = [ConversableAgent(f"a{number}", llm_config=config(server, f"m{number}"), human_input_mode="NEVER")
              for number in range(AT_ONCE)]  # fmt: skip

    async def all_at_once() -> list[str]:
        async with asyncio.TaskGroup() as group:
            turns = [group.create_task(_turn(one)) for one in agents]
            for gate in gates:
                assert await asyncio.to_thread(gate.reached.wait, 30), "an agent waits for another"
            for gate in gates:
                gate.released.set()
        return [turn.result() for turn in turns]

    assert asyncio.run(all_at_once()) == ["Par"] * AT_ONCE


async def _turn(target: Any) -> str:
    async with opened(target) as one:
        return (await one(draft(), RecordingHost())).text


async def _threads_ended() -> None:
    import threading

    for thread in threading.enumerate():
        if thread.name.startswith("ag2 "):
            await asyncio.to_thread(thread.join, 30)
