"""Agents made from options."""

from __future__ import annotations

import asyncio
import http.server
import json
import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest
from massgen_hub.contract import Model, Reply, Setup, Usage
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import ModelServer, RecordingHost, call, calls, decide, draft, fail, run, say, vote
from massgen_hub_langgraph import ADAPTER

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


@pytest.fixture
def toolbox(monkeypatch):
    """A module of the user's."""
    module = ModuleType("toolbox")
    vars(module).update(add=add, vote=_own_vote, number=7)
    monkeypatch.setitem(sys.modules, "toolbox", module)


def add(x: int, y: int) -> int:
    """Add two numbers."""
    return x + y


def _own_vote(colour: str) -> str:
    """Vote for a colour."""
    return colour


_own_vote.__name__ = "vote"


async def taken(server, turn, host=None, **options) -> Reply:
    setup = Setup(agent="ada", seed=1, model=server.model("m"))
    async with ADAPTER.open(ADAPTER.options(**options), setup) as agent:
        return await agent(turn, host or RecordingHost())


def take(server, turn, host=None, **options) -> Reply:
    return run(taken(server, turn, host, **options), loop="one")


def test_the_model_hears_the_system_message_and_the_prompt(server):
    take(server, draft(prompt="Hello?"), system_message="Be brief.")
    heard = [(message["role"], message["content"]) for message in server.requests[0].body["messages"]]
    assert heard == [("system", "Be brief."), ("user", "Hello?")]


def test_the_model_gets_its_key_and_its_settings(server):
    take(server, draft(), temperature=0.5, max_tokens=9)
    request = server.requests[0]
    assert request.authorization == "Bearer test-key"
    assert (request.body["temperature"], request.body["max_completion_tokens"]) == (0.5, 9)


def test_without_settings_the_model_keeps_its_own(server):
    take(server, draft())
    assert not {"temperature", "max_tokens", "max_completion_tokens"} & set(server.requests[0].body)


def test_a_model_without_a_key_is_not_asked_with_one_of_the_environment(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    setup = Setup(agent="ada", seed=1, model=Model(name="m", base_url=server.base_url))

    async def ask():
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            await agent(draft(), RecordingHost())

    run(ask(), loop="one")
    assert "secret" not in server.requests[0].authorization


def test_usage_is_what_went_over_the_wire(server, toolbox):
    server.script("m", [call("add", {"x": 2, "y": 3}), say("5")])
    host = RecordingHost()
    take(server, draft(), host, tools=["toolbox:add"])
    assert host.tokens == server.tokens
    assert host.spent[0] == Usage(input=101, output=11, cached=1, calls=1, model="m")


def test_a_tool_call_and_its_result_are_noted_as_a_pair(server, toolbox):
    server.script("m", [call("add", {"x": 2, "y": 3}), say("It is 5.")])
    host = RecordingHost()
    assert take(server, draft(), host, tools=["toolbox:add"]).text == "It is 5."
    asked, answered = host.activities
    assert (asked.kind, asked.name, json.loads(asked.text)) == ("call", "add", {"x": 2, "y": 3})
    assert (answered.kind, answered.name, answered.text) == ("result", "add", "5")
    assert asked.id == answered.id != ""


def test_text_before_a_tool_call_is_a_part_of_its_own(server, toolbox):
    server.script("m", [calls(("add", {"x": 2, "y": 3}), text="Let me see."), say("It is 5.")])
    host = RecordingHost()
    take(server, draft(), host, tools=["toolbox:add"])
    assert "".join(text for part, text in host.said if part == 0) == "Let me see."
    assert host.text == "It is 5."


def test_a_tool_that_fails_is_noted_and_fails_the_turn(server, monkeypatch):
    def divide() -> float:
        """Divide."""
        return 1 / 0

    monkeypatch.setitem(sys.modules, "toolbox", SimpleNamespace(divide=divide))
    server.script("m", [call("divide", {})])
    host = RecordingHost()
    with pytest.raises(ZeroDivisionError):
        take(server, draft(), host, tools=["toolbox:divide"])
    assert host.activities[-1].text == "ZeroDivisionError: division by zero"


def test_a_loop_ends_at_the_recursion_limit_with_a_hint(server, toolbox):
    server.script("m", lambda _body: call("add", {"x": 1, "y": 1}))
    with pytest.raises(TurnError, match="recursion_limit"):
        take(server, draft(), tools=["toolbox:add"], recursion_limit=6)


def test_a_vote_must_be_cast_with_the_tool(server):
    server.script("m", [call("vote", BALLOT)])
    take(server, vote())
    body = server.requests[0].body
    assert (server.requests[0].offered, body["tool_choice"]) == (["vote"], "required")
    asked = body["tools"][0]["function"]
    assert {"description": asked["description"], **asked["parameters"]} == vote().schema


def test_a_vote_is_one_call_of_the_model(server):
    server.script("m", [call("vote", BALLOT)])
    assert take(server, vote()) == Reply(data=BALLOT)


def test_a_decision_offers_a_better_answer_too(server):
    server.script("m", [call("answer", {"answer": "Paris"})])
    assert take(server, decide()).data == {"answer": "Paris"}
    assert server.requests[0].offered == ["vote", "answer"]


def test_several_decisions_come_in_the_order_of_the_reply(server):
    server.script("m", [calls(("answer", {"answer": "Paris"}), ("vote", BALLOT))])
    assert take(server, decide()).data == [{"answer": "Paris"}, BALLOT]


def test_what_is_said_beside_a_ballot_is_the_text(server):
    server.script("m", [calls(("vote", BALLOT), text="A it is.")])
    assert take(server, vote()) == Reply(text="A it is.", data=BALLOT)


def test_a_ballot_that_is_no_json_comes_through_as_text(server):
    server.script("m", [call("vote", "{ranking: [A]}")])
    assert take(server, vote()) == Reply(text="{ranking: [A]}")


def test_a_draft_offers_no_decision(server):
    take(server, draft())
    assert "tools" not in server.requests[0].body


def test_an_agent_may_use_its_tools_before_it_votes(server, toolbox):
    server.script("m", [call("add", {"x": 2, "y": 3}), call("vote", BALLOT)])
    host = RecordingHost()
    assert take(server, vote(), host, tools=["toolbox:add"]).data == BALLOT
    assert [activity.name for activity in host.activities] == ["add", "add"]


def test_an_agent_that_only_looks_things_up_must_decide_in_the_end(server, toolbox):
    def busy(body):
        return call("add", {"x": 1, "y": 1}) if len(body["tools"]) > 1 else call("vote", BALLOT)

    server.script("m", busy)
    assert take(server, vote(), tools=["toolbox:add"]).data == BALLOT
    assert [server.requests[number].offered for number in range(3)] == [["add", "vote"], ["add", "vote"], ["vote"]]


def test_a_tool_called_vote_makes_room_for_the_ballot(server, toolbox):
    server.script("m", [call("vote", BALLOT)])
    assert take(server, vote(), tools=["toolbox:vote"]).data == BALLOT
    assert server.requests[0].offered == ["vote"]


def test_a_server_that_refuses_tools_is_asked_for_text_once_and_for_all(server):
    server.script("m", lambda body: fail(400) if "tools" in body else say('{"ranking": ["A"]}'))

    async def two():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, model=server.model("m"))) as agent:
            return [await agent(vote(), RecordingHost()) for _ in range(2)]

    assert run(two(), loop="one") == [Reply(text='{"ranking": ["A"]}')] * 2
    assert len(server.requests) == 3


def test_turns_of_one_agent_may_differ_in_what_they_ask(server):
    server.script("m", [say("Paris"), call("vote", BALLOT), say("Lyon")])

    async def three():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, model=server.model("m"))) as agent:
            return [await agent(turn, RecordingHost()) for turn in (draft(), vote(), draft())]

    assert run(three(), loop="one") == [Reply(text="Paris"), Reply(data=BALLOT), Reply(text="Lyon")]


def test_agents_work_in_two_event_loops(server):
    replies = [asyncio.run(taken(server, draft(prompt=text))) for text in ("one", "two")]
    assert [reply.text for reply in replies] == ["one", "two"]


def test_nothing_is_traced_even_where_the_environment_asks_for_it(server, monkeypatch):
    with _Listening() as elsewhere:
        for name, value in (("TRACING", "true"), ("ENDPOINT", elsewhere.url), ("API_KEY", "k")):
            monkeypatch.setenv(f"LANGSMITH_{name}", value)
        take(server, draft())
        from langchain_core.tracers.langchain import wait_for_all_tracers

        wait_for_all_tracers()
        assert elsewhere.heard == []


def test_an_agent_without_a_model_is_refused():
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        _open(Setup(agent="ada", seed=1))


def test_a_tool_that_is_none_is_refused(server, toolbox):
    with pytest.raises(ConfigError, match="`toolbox:number` is a `int`, which is no tool"):
        _open(Setup(agent="ada", seed=1, model=server.model("m")), tools=["toolbox:number"])


def test_a_tool_that_does_not_exist_is_refused(server, toolbox):
    with pytest.raises(ConfigError, match="there is no `subtract`"):
        _open(Setup(agent="ada", seed=1, model=server.model("m")), tools=["toolbox:subtract"])


def test_an_option_for_graphs_is_refused(server):
    with pytest.raises(ConfigError, match="`output` has no effect on an agent made from options"):
        _open(Setup(agent="ada", seed=1, model=server.model("m")), output="answer")


def _open(setup, **options):
    async def opened():
        async with ADAPTER.open(ADAPTER.options(**options), setup):
            """Never reached."""

    run(opened(), loop="one")


class _Listening:
    """A server that remembers what it is sent."""

    def __init__(self):
        heard = self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                heard.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments):
                """Print nothing."""

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.http.shutdown()
        self.http.server_close()
