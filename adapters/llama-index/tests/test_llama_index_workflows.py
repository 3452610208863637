"""Workflows of the user's own: what they are given, what they leave, and what they ask."""

import json
import threading

import llama_index_users as users
import pytest
from llama_index.core.agent.workflow import FunctionAgent
from massgen_hub.contract import Question, Setup
from massgen_hub.errors import ConfigError, NotAvailable, TurnError
from massgen_hub.testing import RecordingHost, call, calls, draft, fail, run, say, vote
from massgen_hub.testing.server import heard
from massgen_hub_llama_index import ADAPTER
from workflows import Workflow, step
from workflows.events import StartEvent, StopEvent

HERE = "llama_index_users"


def ends_with(result):
    class Ending(Workflow):
        @step
        async def end(self, event: StartEvent) -> StopEvent:
            return result if isinstance(result, StopEvent) else StopEvent(result=result)

    return Ending()


class Ended(StopEvent):
    city: str


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("Paris.", "Paris."),
        ({"city": "Paris"}, '{"city": "Paris"}'),
        (users.City(name="Paris", people=2), '{"name": "Paris", "people": 2}'),
        (Ended(city="Paris"), '{"city": "Paris"}'),
        (None, ""),
        (7, "7"),
    ],
)
def test_the_result_is_the_answer(take, result, text):
    assert take(draft(), target=ends_with(result)).text == text


@pytest.mark.parametrize("output", ["what", f"{HERE}:given"])
def test_a_field_or_a_function_of_the_result_is_the_answer_where_output_says_so(take, output):
    assert take(draft(), target=ends_with({"what": "Paris."}), output=output).text == "Paris."


def test_a_workflow_that_ends_without_its_output_fails(take):
    with pytest.raises(TurnError, match="the workflow ended without `city`"):
        take(draft(), target=ends_with({}), output="city")


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({}, "Hello?"),
        ({"input": "question"}, "Hello?"),
        ({"input": f"{HERE}:letter"}, "Dear: Hello?"),
        ({"input": f"{HERE}:whole"}, "draft in round 1"),
    ],
)
def test_the_prompt_is_given_as_input_says(take, options, asked):
    host = RecordingHost(["yes"])
    reply = take(draft(prompt="Hello?"), host=host, target=users.Approved(), **options)
    assert json.loads(reply.text)["what"] == asked


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"input": "topic"}, "the start event `Asked` has no field `topic`"),
        ({"input": f"{HERE}:number"}, "`input: llama_index_users:number` is a `int`"),
        ({"voter": "critic"}, "there is no `critic` that could vote"),
        ({"max_iterations": 3}, "`max_iterations` has no effect"),
    ],
)
def test_what_does_not_fit_the_workflow_is_refused(take, options, why):
    with pytest.raises(ConfigError, match=why):
        take(draft(), target=users.Approved(), **options)


def test_calls_of_an_agent_that_it_holds_are_streamed_and_counted(server, take):
    server.script("m", [call("add", {"x": 2, "y": 3}), say("It is 5.")])
    host = RecordingHost()
    agent = FunctionAgent(llm=users.chat(server.model("m")), tools=[users.add])
    assert take(draft(), host=host, target=users.Holding(agent), model=None).text == "It is 5."
    assert host.text == "It is 5."
    assert host.tokens == server.tokens


def test_what_it_keeps_on_itself_does_not_reach_the_next_turn(server):
    own = users.Remembering(users.chat(server.model("m")))

    async def scene():
        setup = Setup(agent="a", seed=1, model=None, target=own)
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            for _ in range(2):
                await agent(draft(), RecordingHost())

    run(scene(), loop="one")
    assert [len(request.body["messages"]) for request in server.requests] == [1, 1]
    assert (own.memory.get_all(), own.seen) == ([], [])


def test_a_memory_of_its_own_is_empty_in_every_turn_and_closed_after_it(server, take):
    server.script("m", lambda _body: say("Paris."))
    own = users.Conversing(users.chat(server.model("m")))
    take(draft(prompt="First?"), draft(prompt="Second?"), target=own, model=None)
    assert "First?" not in heard(server.requests[1])
    assert "It rains." in heard(server.requests[1])
    assert own.memory.memory_blocks[0].facts == ["It rains."]
    assert own.memory.sql_store._async_engine is None
    threads = [thread for thread in threading.enumerate() if "_connection_worker_thread" in thread.name]
    for thread in threads:  # it tells that it closed, and ends
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


def test_what_stands_in_its_class_belongs_to_it_and_stays_as_it_is(server, take):
    server.script("m", lambda _body: say("Paris."))
    made = []

    def target(model):
        made.append(users.planner(model))
        return made[0]

    assert take(draft(), draft(), target=target).text == "Paris. 1"
    assert type(made[0]).seen == []
    server.script("m", [fail(503)])
    with pytest.raises(Exception, match="the script says 503"):
        take(draft(), target=target)
    assert len(server.requests) == 3
    server.script("m", [call("vote", {"reason": "It is so.", "ranking": ["A"]})])
    assert take(vote(), target=target, voter="llm").data == {"reason": "It is so.", "ranking": ["A"]}


def test_a_field_that_a_step_misses_is_named_with_what_to_do(take):
    with pytest.raises(TurnError, match="'StartEvent' object has no attribute 'topic'") as failure:
        take(draft(), target=users.Joking())
    assert failure.value.hint == "set `input: topic`, if that takes the prompt"
    assert take(draft(prompt="cats"), target=users.Joking(), input="topic").text == "A joke about cats."


def test_news_of_its_own_are_noted(take):
    host = RecordingHost()
    take(draft(), host=host, target=users.Telling(None))
    [news] = host.activities
    assert (news.kind, news.name, json.loads(news.text)) == ("info", "News", {"done": 1, "of": 2})


def test_a_verbose_one_prints_nothing(server, take, capfd):
    server.script("m", [say("Paris.")])
    take(draft(), target=lambda llm: users.Flow(llm, verbose=True))
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_question_is_put_with_all_that_it_holds_and_answered_in_its_own_kind(take):
    host = RecordingHost(["no"])
    reply = take(draft(prompt="the trip"), host=host, target=users.Approved())
    assert host.questions == [Question(text='{"what": "the trip"}', data={"what": "the trip"})]
    assert json.loads(reply.text) == {"what": "the trip", "given": False}


def test_each_tool_that_waits_gets_its_answer_and_is_noted_once(server, take):
    server.script("m", [calls(("order", {"what": "tea"}), ("order", {"what": "milk"})), say("Ordered.")])
    host = RecordingHost(["yes", "no"])
    assert take(draft(), host=host, target=lambda llm: FunctionAgent(llm=llm, tools=[users.order])).text == "Ordered."
    said = {question.data["what"]: answer for question, answer in zip(host.questions, ["yes", "no"], strict=True)}
    results = {activity.text for activity in host.activities if activity.kind == "result"}
    assert {question.text for question in host.questions} == {"May I?"}
    assert results == {f"{what}: {answer}" for what, answer in said.items()}
    assert len(host.activities) == 4


def test_where_nobody_answers_the_turn_fails_with_the_question(take):
    with pytest.raises(NotAvailable, match="nobody answers: .*the trip"):
        take(draft(prompt="the trip"), target=users.Approved())
