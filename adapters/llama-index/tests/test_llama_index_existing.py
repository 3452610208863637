"""Agents and teams of the user's own."""

import gc
import weakref

import llama_index_users as users
import pytest
from llama_index.core.agent.workflow import CodeActAgent, FunctionAgent
from llama_index.llms.openai import OpenAI
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import is_transient
from massgen_hub.testing import RecordingHost, call, calls, decide, draft, fail, run, say
from massgen_hub_llama_index import ADAPTER
from openai import AsyncOpenAI


def heard(request):
    return [(message["role"], message.get("content")) for message in request.body["messages"]]


def test_a_factory_may_take_the_entry_s_model_as_one_of_llama_index(server, take):
    server.script("m", [call("add", {"x": 2, "y": 3}), say("It is 5.")])
    assert take(draft(), target=users.assistant).text == "It is 5."
    assert server.requests[0].authorization == "Bearer test-key"


def test_a_factory_may_be_async_and_is_awaited_where_turns_are_taken(server, take):
    server.script("m", [call("same_loop", {}), say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.late).text == "Paris."
    assert host.activities[-1].text == "True"


def test_an_async_factory_that_fails_is_an_error_of_the_config(take):
    with pytest.raises(ConfigError, match=r"`too_late` fails \(.*llama_index_users.py:\d+\): LookupError: no server"):
        take(draft(), target=users.too_late)


def test_a_factory_that_takes_it_is_refused_where_there_is_none(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), target=users.assistant, model=None)


@pytest.mark.parametrize("given", [False, True], ids=["its model makes its client", "its model was given a client"])
def test_a_model_of_one_s_own_asks_once_counts_and_stays_as_it_is(server, take, given):
    client = AsyncOpenAI(base_url=server.base_url, api_key="theirs") if given else None
    llm = users.chat(server.model("own"), api_key="theirs", async_openai_client=client)
    server.script("own", lambda _body: fail(503))
    host, own = RecordingHost(), FunctionAgent(llm=llm)
    with pytest.raises(Exception, match="the script says 503") as raised:
        take(draft(), target=own, model=None)
    assert is_transient(raised.value)
    assert len(server.requests) == 1
    server.script("own", [say("Paris.")])
    take(draft(), host=host, target=own, model=None)
    assert host.tokens == [server.requests[1].usage]
    assert server.requests[1].authorization == "Bearer theirs"
    assert own.llm is llm
    assert (llm.max_retries, llm.additional_kwargs, llm._aclient) == (3, {}, client)


def test_a_model_that_does_not_stream_is_heard_and_counted(server, take):
    server.script("m", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=lambda llm: FunctionAgent(llm=llm, streaming=False)).text == "Paris."
    assert host.said == [(0, "Paris.")]
    assert host.tokens == [server.requests[0].usage]


def test_a_member_hands_off_to_another_whose_word_is_the_answer(server, take):
    handoff = {"to_agent": "second", "reason": "It knows."}
    server.script("m", [calls(("handoff", handoff), text="Ask the second."), say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.team).text == "Paris."
    assert heard(server.requests[1])[0] == ("system", "I am second.")
    assert [(activity.kind, activity.name) for activity in host.activities] == [
        ("call", "handoff"),
        ("result", "handoff"),
    ]
    assert host.tokens == server.tokens


def test_code_of_a_member_is_told_as_code(server, take):
    handoff = call("handoff", {"to_agent": "coder", "reason": "It codes."})
    server.script("m", [handoff, say("<execute>\nprint(1)\n</execute>"), say("Done.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.team).text == "Done."
    code, output = host.activities[2:]
    assert (code.kind, code.text, output.kind, output.text) == ("code", "print(1)", "output", "ran print(1)")
    assert code.id == output.id != ""


def test_a_peer_s_code_is_not_run_by_an_agent_that_decides(server, take):
    ran = []
    coder = CodeActAgent(code_execute_fn=lambda code: ran.append(code), llm=users.chat(server.model("m")))
    server.script("m", [say("<execute>print(1)</execute>"), say("<execute>print(2)</execute>"), say("A")])
    take(decide(answers=("print(1)", "Lyon")), target=coder)
    assert ran == ["print(2)"]
    assert "was not run" in str(heard(server.requests[1])[-1])


def test_a_structured_answer_is_json_and_all_its_calls_are_counted(server, take):
    server.script("m", [say("Paris, of two million."), call("City", {"name": "Paris", "people": 2_000_000})])
    host = RecordingHost()
    reply = take(draft(), host=host, target=lambda llm: FunctionAgent(llm=llm, output_cls=users.City))
    assert reply.text == '{"name": "Paris", "people": 2000000}'
    assert host.text == reply.text
    assert host.tokens == server.tokens


@pytest.mark.parametrize(("status", "passing"), [(503, True), (400, False)])
@pytest.mark.filterwarnings("ignore:There was a problem with the generation")
def test_an_answer_that_gets_no_form_because_the_model_fails_is_a_failure(server, take, status, passing):
    server.script("m", [say("Paris."), fail(status)])
    with pytest.raises(Exception, match=f"the script says {status}") as raised:
        take(draft(), target=lambda llm: FunctionAgent(llm=llm, output_cls=users.City))
    assert is_transient(raised.value) is passing


@pytest.mark.filterwarnings("ignore:There was a problem with the generation")
def test_an_answer_that_does_not_fit_its_form_is_a_failure(server, take):
    server.script("m", [say("Paris."), call("City", {"name": "Paris", "people": "many"})])
    with pytest.raises(ValueError, match="people"):
        take(draft(), target=lambda llm: FunctionAgent(llm=llm, output_cls=users.City))


def test_an_agent_that_a_tool_asks_is_heard_and_counted_too(server, take):
    helper = OpenAI(model="gpt-4o", api_base=server.base_url, api_key="k")

    def ask(question: str) -> str:
        """Ask the helper."""
        return str(helper.complete(question))

    server.script("m", [call("ask", {"question": "Capital?"}), say("Paris.")])
    server.script("gpt-4o", [say("Paris, I think.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=lambda llm: FunctionAgent(llm=llm, tools=[ask])).text == "Paris."
    assert host.tokens == server.tokens
    assert [part for part, text in host.said if text == "Paris, I think."] == [0]


def test_replies_that_stream_at_once_are_parts_of_their_own_and_counted(server, take):
    host = RecordingHost()
    assert take(draft(prompt="Paris."), host=host, target=users.Twice).text == "Paris. Paris."
    assert [host.said[0], host.said[1], host.text] == [(0, "Paris."), (1, "Paris."), "Paris. Paris."]
    assert sorted(host.tokens) == server.tokens


def test_turns_of_one_agent_at_once_do_not_mix(server):
    async def scene():
        import asyncio

        setup = Setup(agent="a", seed=1, model=None, target=FunctionAgent(llm=users.chat(server.model("m"))))
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            hosts = [RecordingHost() for _ in range(5)]
            turns = [agent(draft(prompt=f"turn {place}"), host) for place, host in enumerate(hosts)]
            return [reply.text for reply in await asyncio.gather(*turns)], [host.text for host in hosts]

    replies, said = run(scene(), loop="one")
    assert replies == said == [f"turn {place}" for place in range(5)]


def test_twins_of_past_turns_are_let_go(server, monkeypatch):
    from massgen_hub_llama_index import twins

    made = []
    monkeypatch.setattr(twins, "copy", lambda own: _noted(made, own))

    async def scene():
        setup = Setup(agent="a", seed=1, model=None, target=FunctionAgent(llm=users.chat(server.model("m"))))
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            for _ in range(3):
                await agent(draft(), RecordingHost())
            gc.collect()
            return [twin() is not None for twin in made]

    assert run(scene(), loop="one") == [False, False, False]


def _noted(made, own):
    from copy import copy

    twin = copy(own)
    made.append(weakref.ref(twin))
    return twin


def test_a_verbose_agent_prints_nothing(server, take, capfd):
    take(draft(), target=lambda llm: FunctionAgent(llm=llm, verbose=True))
    assert tuple(capfd.readouterr()) == ("", "")


@pytest.mark.parametrize(
    ("target", "options", "why"),
    [
        (users.assistant, {"input": "x"}, "`input` has no effect on an agent of your own"),
        (users.assistant, {"voter": "x"}, "`voter` has no effect on an agent of your own"),
        (users.team, {"output": "x"}, "`output` has no effect on an agent of your own"),
        (users.team, {"system_message": "x"}, "`system_message` has no effect on an agent of your own"),
        (users.team, {"voter": "nobody"}, "there is no `nobody` that could vote"),
        (users.number, {}, "a `int` is no agent of this framework"),
        (lambda: 7, {}, "`<lambda>` made a `int`, which is no agent"),
    ],
)
def test_what_cannot_be_used_is_refused(take, target, options, why):
    with pytest.raises(ConfigError, match=why):
        take(draft(), target=target, **options)
