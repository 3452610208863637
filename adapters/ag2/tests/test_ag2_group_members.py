"""What the members of a group do in a turn: their tools, code, hand-offs, nested chats, and what they ask a person."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ag2_users import agent, config, manager, note_down, proxy
from autogen import Agent, ConversableAgent, register_function
from autogen.agentchat.group import (
    AgentTarget,
    ContextVariables,
    NestedChatTarget,
    OnCondition,
    StringLLMCondition,
)
from autogen.agentchat.group.guardrails import RegexGuardrail
from autogen.agentchat.group.patterns import DefaultPattern, RoundRobinPattern
from autogen.coding import LocalCommandLineCodeExecutor
from massgen_hub.contract import Shown
from massgen_hub.errors import ConfigError, NotAvailable
from massgen_hub.testing import call, draft, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
CODE = "```python\nprint(6 * 7)\n```"


def look(where: str) -> str:
    """Look there."""
    return f"nothing in the {where}"


def writes(path: Path) -> str:
    return f"```python\nfrom pathlib import Path\nPath({str(path)!r}).write_text('ran')\n```"


def notes(host: Any) -> list[Any]:
    return [note for note in host.activities if note.kind != "info"]


def coder_and_tester(server: Any, folder: Path, max_round: int = 4) -> Any:
    tester = agent(server, "tester", code_execution_config={"executor": LocalCommandLineCodeExecutor(work_dir=folder)})
    return manager(server, [agent(server, "coder"), tester], max_round=max_round)


# Tools.


def test_a_tool_that_another_member_runs_is_called(take, server) -> None:
    one = agent(server, "one")
    register_function(look, caller=one, executor=(runs := proxy("runs")), description="Look there.")
    server.script("one", [call("look", {"where": "attic"}), say("The attic is empty.")])
    reply, host = take(draft(), {}, target=manager(server, [one, runs], max_round=4))
    called, result = notes(host)
    assert (called.kind, called.name, json.loads(called.text)) == ("call", "look", {"where": "attic"})
    assert (result.kind, result.text, result.id) == ("result", "nothing in the attic", called.id)
    assert reply.text == "The attic is empty." == host.text


def test_every_member_of_a_pattern_uses_its_own_tools(take, server) -> None:
    one, two = agent(server, "one", functions=[look]), agent(server, "two", functions=[_count])
    server.script("one", [call("look", {"where": "attic"}), say("The attic is empty.")])
    server.script("two", [call("_count", {}), say("I counted 3.")])
    reply, host = take(draft(), {"max_rounds": 7}, target=RoundRobinPattern(initial_agent=one, agents=[one, two]))
    assert [(note.kind, note.name) for note in notes(host)] == [
        ("call", "look"), ("result", "look"), ("call", "_count"), ("result", "_count"),
    ]  # fmt: skip
    assert reply.text == "I counted 3."
    assert not [reason for request in server.requests for reason in request.invalid]


def _count() -> int:
    """Count."""
    return 3


# Code.


def test_a_member_runs_the_code_of_another(take, server, tmp_path) -> None:
    server.script("coder", [say(f"Let me compute.\n{CODE}"), say("It is 42.")])
    reply, host = take(draft(), {}, target=coder_and_tester(server, tmp_path))
    code, output = notes(host)
    assert (code.kind, code.text, output.kind, output.text) == ("code", "print(6 * 7)", "output", "42\n")
    assert code.id == output.id
    assert reply.text == "It is 42."


def test_the_output_of_code_is_no_answer(take, server, tmp_path) -> None:
    server.script("coder", [say(CODE)])
    reply, host = take(draft(), {}, target=coder_and_tester(server, tmp_path, max_round=3))
    assert [note.kind for note in notes(host)] == ["code", "output"]
    assert reply.text == CODE == host.text


def test_code_of_another_agent_of_the_hub_is_never_run_by_a_group(take, server, tmp_path) -> None:
    peers = writes(tmp_path / "ran")
    group = coder_and_tester(server, tmp_path / "work")
    server.script("coder", lambda _body: say(f"A says:\n{peers}"))
    server.script("tester", lambda _body: say("I would not run that."))
    turn = replace(draft(), kind="present", prompt=f"~3fa0 A\n{peers}\n~3fa0", shown=(Shown(label="A", text=peers),))
    reply, host = take(turn, {}, target=group)
    assert not notes(host)
    assert not (tmp_path / "ran").exists()
    assert reply.text == f"A says:\n{peers}"


def test_a_ballot_of_a_group_runs_no_code(take, server, tmp_path) -> None:
    server.script("coder", [say(writes(tmp_path / "ran"))])
    take(vote(), {}, target=coder_and_tester(server, tmp_path / "work"))
    assert not (tmp_path / "ran").exists()


def test_a_member_that_runs_code_in_a_container_without_an_executor_is_refused_by_its_name(take, server) -> None:
    runs = proxy("runs", code_execution_config={"use_docker": False})
    runs._code_execution_config["use_docker"] = "python:3-slim"
    with pytest.raises(ConfigError, match="`runs`") as refused:
        take(draft(), {}, target=manager(server, [agent(server, "one"), runs]))
    assert "DockerCommandLineCodeExecutor" in refused.value.hint


# People.


def test_what_a_member_asks_a_person_is_put_to_the_hub_and_the_answer_is_heard(take, server) -> None:
    one, person = agent(server, "one"), proxy("person", human_input_mode="ALWAYS")
    server.script("one", [say("Red or blue?"), say("Blue it is.")])
    reply, host = take(draft(), {}, target=manager(server, [person, one], max_round=4), answers=("Blue.",))
    assert [asked.text.partition(".")[0] for asked in host.questions] == ["Replying as person"]
    assert "Blue." in json.dumps(server.requests[1].body["messages"])
    assert reply.text == "Blue it is."


def test_where_nobody_can_answer_the_group_the_turn_fails_and_says_so(take, server) -> None:
    server.script("one", lambda _body: say("Red or blue?"))
    group = manager(server, [proxy("person", human_input_mode="ALWAYS"), agent(server, "one")])
    with pytest.raises(NotAvailable, match="nobody answers: Replying as person"):
        take(draft(), {}, target=group)


# Hand-offs.


def handing_over(one: Any, target: Any) -> Any:
    condition = OnCondition(target=target, condition=StringLLMCondition("When it is due."))
    one.handoffs.add_llm_condition(condition)
    return one


def hands_over(*before: Any, then: str = "") -> Any:
    """A model that calls the last of its tools, which is the hand-off, between what it does `before` and `then`."""
    replies = iter([*before, None, say(then)])

    def script(body: Any) -> Any:
        return next(replies) or call(body["tools"][-1]["function"]["name"], {})

    return script


def test_hand_offs_and_context_variables_are_those_of_the_turn(take, server) -> None:
    back = agent(server, "back")
    front = handing_over(agent(server, "front", functions=[note_down]), AgentTarget(back))
    shared = ContextVariables(data={"cities": []})
    pattern = DefaultPattern(initial_agent=front, agents=[front, back], context_variables=shared)
    before = {name: (id(value), repr(value)) for name, value in vars(front).items()}
    for _ in range(2):
        server.script("front", hands_over(call("note_down", {"city": "Paris"})))
        server.script("back", [say("Paris, as noted.")])
        reply, host = take(draft(), {}, target=pattern)
        assert reply.text == "Paris, as noted."
        assert next(note.text for note in notes(host) if note.kind == "result") == "noted ['Paris']"
    assert shared.to_dict() == {"cities": []}
    assert {name: (id(value), repr(value)) for name, value in vars(front).items()} == before


def test_a_function_that_names_context_variables_has_those_of_the_turn(take, server) -> None:
    shared, front = ContextVariables(data={"said": 0}), agent(server, "front")

    def count(sender: Any, message: Any, recipient: Any, silent: bool) -> str:
        shared["said"] += 1
        return f"{message} Said {shared['said']} times."

    front.register_hook("process_message_before_send", count)
    server.script("front", lambda _body: say("Paris."))
    pattern = DefaultPattern(initial_agent=front, agents=[front], context_variables=shared)
    for _ in range(2):
        assert take(draft(), {}, target=pattern)[0].text == "Paris. Said 1 times."
    assert shared.to_dict() == {"said": 0}


def test_a_nested_chat_that_is_handed_to_is_held_whole(take, server) -> None:
    critic = agent(server, "critic")
    chats = {"chat_queue": [{"recipient": critic, "message": "Judge Paris.", "max_turns": 1}]}
    front = handing_over(agent(server, "front"), NestedChatTarget(nested_chat_config=chats))
    server.script("front", hands_over(then="Paris, says the critic."))
    server.script("critic", [say("Paris is fine.")])
    reply, host = take(draft(), {}, target=DefaultPattern(initial_agent=front, agents=[front]))
    assert reply.text == "Paris, says the critic."
    assert [used.model for used in host.spent] == ["front", "critic", "front"]
    assert not critic.chat_messages


# Nested chats.


def nested(server: Any, recipient: Any, trigger: Any, **more: Any) -> Any:
    writer = agent(server, "writer")
    chats = [{"recipient": recipient, "message": lambda _recipient, messages, *_: f"Judge: {messages[-1]['content']}",
              "max_turns": 1, **more}]  # fmt: skip
    writer.register_nested_chats(chats, trigger=trigger)
    return writer


def test_the_nested_chat_of_an_agent_is_held_for_whoever_would_have_asked_it(take, server) -> None:
    critic, user = agent(server, "critic"), proxy()
    server.script("critic", [say("Too long.")])
    reply, host = take(draft(prompt="Write."), {}, target=nested(server, critic, user))
    assert "Judge: Write." in json.dumps(server.requests[0].body["messages"])
    assert reply.text == "Too long." == host.text
    assert [used.model for used in host.spent] == ["critic"]
    assert not critic.chat_messages


def test_a_group_may_work_inside_an_agent(take, server) -> None:
    server.script("one", lambda _body: say("I am one."))
    server.script("two", lambda _body: say("I am two."))
    inner = manager(server, [agent(server, "one"), agent(server, "two")])
    last = lambda _sender, recipient, _args: recipient.groupchat.messages[-1]["content"]  # noqa: E731
    reply, host = take(draft(), {}, target=nested(server, inner, Agent, summary_method=last))
    assert reply.text == "I am two."
    assert [used.model for used in host.spent] == ["one", "two"]
    assert not inner.groupchat.messages


class Society(ConversableAgent):
    """An agent that answers with what a group of its own came to, as `SocietyOfMindAgent` did in earlier AG2."""

    def __init__(self, name: str, inner: Any, llm_config: Any) -> None:
        super().__init__(name, llm_config=llm_config, human_input_mode="NEVER")
        self.inner, self.asked = inner, []
        self.register_reply([Agent, None], Society.think, position=2)

    def think(self, messages: Any = None, sender: Any = None, config: Any = None) -> tuple[bool, str]:
        self.asked.append(messages[-1]["content"])
        self.initiate_chat(self.inner, message=messages[-1]["content"], silent=True)
        return True, f"We say: {self.inner.groupchat.messages[-1]['content']}"


def test_an_agent_with_a_group_in_an_attribute_is_as_it_was(take, server) -> None:
    server.script("one", lambda _body: say("I am one."))
    server.script("two", lambda _body: say("I am two."))
    inner = manager(server, [agent(server, "one"), agent(server, "two")])
    society = Society("society", inner, config(server, "society"))
    for _ in range(2):
        reply, host = take(draft(), {}, target=society)
        assert reply.text == "We say: I am two." == host.text
    assert (inner.groupchat.messages, society.asked) == ([], [])
    server.script("society", [call("vote", BALLOT)])
    assert take(vote(), {}, target=society)[0].data == BALLOT


def test_guardrails_of_members_are_kept(take, server) -> None:
    front, back = agent(server, "front"), agent(server, "back")
    front.register_output_guardrail(RegexGuardrail("no-lyon", "Lyon", AgentTarget(back), "Not that one."))
    server.script("front", [say("It is Lyon.")])
    server.script("back", [say("It is Paris.")])
    reply, _ = take(draft(), {}, target=DefaultPattern(initial_agent=front, agents=[front, back]))
    assert reply.text == "It is Paris."
