"""Flows of the user's own: their state, what they give, what they ask."""

import pytest
from crewai import Agent, Crew, Flow, Task
from crewai.flow import human_feedback, listen, start
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError, NotAvailable, TurnError
from massgen_hub.testing import RecordingHost, draft, fail, in_turn, run, say, says, vote
from massgen_hub.testing.server import heard
from massgen_hub_crewai import ADAPTER
from pydantic import BaseModel


class State(BaseModel):
    question: str = ""
    task: str = ""
    seen: list[str] = []
    answer: str | None = None


class Structured(Flow[State]):
    @start()
    def look(self):
        self.state.seen.append(self.state.question)

    @listen(look)
    def answer(self):
        self.state.answer = f"{self.state.task}: {', '.join(self.state.seen)}"


class Loose(Flow):
    @start()
    def answer(self):
        return {"asked": self.state["prompt"], "task": self.state["task"], "year": self.state.get("year")}


def flow_of(step, **about):
    """A flow of one step."""

    class OneStep(Flow):
        answer = start()(step)

    return OneStep(**about)


def test_a_structured_state_takes_the_prompt_and_leaves_the_answer(take):
    given = take(draft("Rome", prompt="Why?"), target=Structured(), input="question", output="answer")
    assert given.text == "Rome: Why?"


def test_a_state_without_a_form_takes_the_prompt_the_task_and_more(take):
    given = take(draft("Rome", prompt="Why?"), target=Loose(), inputs={"year": 7})
    assert given.text == '{"asked": "Why?", "task": "Rome", "year": 7}'


@pytest.mark.parametrize("options", [{}, {"input": "question", "output": "reply"}], ids=["prompt", "reply"])
def test_a_field_that_a_state_has_not_is_refused_with_those_it_has(options, take):
    with pytest.raises(ConfigError, match=r"the flow's state has no `(prompt|reply)`(.|\n)*\(answer, id, question"):
        take(draft(), target=Structured(), **options)


def test_a_flow_that_ends_without_an_answer_fails(take):
    with pytest.raises(TurnError, match=r"ended without an answer(.|\n)*set `output`"):
        take(draft(), target=Structured(), input="question")


def test_every_turn_begins_at_the_beginning(take):
    flow = Structured()
    for _ in range(2):
        assert take(draft("Rome", prompt="Why?"), target=flow, input="question", output="answer").text == "Rome: Why?"
    assert flow.state.seen == []


def test_a_class_of_flows_is_a_flow(take):
    assert take(draft("Rome", prompt="Why?"), target=Loose).text.startswith('{"asked": "Why?"')


def test_a_flow_that_is_made_is_made_for_every_turn(server):
    class Counting(Flow):
        def __init__(self):
            super().__init__()
            self.turns = []

        @start()
        def answer(self):
            self.turns.append(1)
            return len(self.turns)

    async def twice():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, target=Counting)) as agent:
            return [(await agent(draft(), RecordingHost())).text for _ in range(2)]

    assert run(twice(), loop="one") == ["1", "1"]


def test_what_the_user_gave_a_flow_is_there(take):
    flow = flow_of(lambda self: self.extra)
    flow.extra = "from outside"
    assert take(draft(), target=flow).text == "from outside"


@pytest.mark.parametrize("agents", ["a crew", "an agent"])
def test_the_words_of_a_crew_or_an_agent_are_the_answer(agents, server, llm, take):
    server.script("m", says("Paris."))
    agent = Agent(role="r", goal="g", backstory="b", llm=llm)
    crew = Crew(agents=[agent], tasks=[Task(description="Answer.", expected_output="e", agent=agent)])
    flow = flow_of(lambda _self: crew.kickoff() if agents == "a crew" else agent.kickoff("Answer."))
    host = RecordingHost()
    assert take(draft(), host=host, target=flow).text == host.text == "Paris."
    assert host.tokens == [server.requests[0].usage]


def test_a_flow_votes_in_text(server, llm, take):
    server.script("m", [say('{"ranking": ["A"]}')])
    reply = take(vote(), target=flow_of(lambda self: llm.call(self.state["prompt"])))
    assert (reply.text, reply.data) == ('{"ranking": ["A"]}', None)


def test_a_question_of_a_flow_is_put_to_a_person(take):
    host = RecordingHost(["Yes."])
    assert take(draft(), host=host, target=flow_of(lambda self: self.ask("May I?"))).text == "Yes."
    assert [question.text for question in host.questions] == ["May I?"]


def test_a_question_of_a_flow_that_nobody_answers_fails_the_turn(take):
    with pytest.raises(NotAvailable, match=r"nobody answers: May I\?"):
        take(draft(), target=flow_of(lambda self: self.ask("May I?") or "I did not wait."))


def test_feedback_on_a_step_is_asked_for_with_what_it_gave(take):
    class Reviewed(Flow):
        @start()
        @human_feedback(message="Is it good?")
        def answer(self):
            return "Paris."

        @listen(answer)
        def last(self, result):
            return f"{result.output} {result.feedback}"

    host = RecordingHost(["Too short."])
    assert take(draft(), host=host, target=Reviewed()).text == "Paris. Too short."
    assert host.questions[0].text.startswith("Is it good?\n\nParis.")


def of_a_crew(self):
    guide = Agent(role="guide", goal="g", backstory="b")
    return Crew(agents=[guide], tasks=[Task(description="Answer.", expected_output="It.", agent=guide)]).kickoff()


def test_a_crew_in_a_step_that_names_no_model_runs_on_the_hubs(server, take):
    server.script("hubs", says("Paris."))
    assert take(draft(), target=flow_of(of_a_crew), model="hubs").text == "Paris."


def test_a_crew_in_a_step_that_names_no_model_needs_one(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), target=flow_of(of_a_crew), model=None)


DECLARED = """
schema: crewai.flow/v1
name: Asking
state: {type: dict, default: {prompt: ""}}
methods:
  answer:
    start: true
    do:
      call: agent
      with: {role: guide, goal: g, backstory: b, llm: openai/gpt-4o, input: "${state.prompt}"}
"""


def test_a_flow_from_a_file_is_a_flow(server, take):
    server.script("hubs", says("Paris."))
    flow = Flow.from_declaration(contents=DECLARED)
    assert [take(draft(prompt="Why?"), target=flow, model="hubs").text for _turn in range(2)] == ["Paris.", "Paris."]
    assert all("Why?" in heard(request) for request in server.requests)


def test_a_client_of_a_flow_does_not_try_again(server, llm, take):
    server.script("m", lambda _body: fail(429))
    with pytest.raises(Exception, match="the script says 429"):
        take(draft(), target=flow_of(lambda _self: llm.call("Answer.")))
    assert len(server.requests) == 1


def test_a_client_outside_of_turns_is_as_it_was(server, llm, take):
    server.script("m", in_turn(say("Paris."), then=says("Lyon.")))
    take(draft(), target=flow_of(lambda _self: llm.call("Answer.")))
    assert llm.call("Answer.") == "Lyon."
    assert "stream" not in server.requests[1].body


def test_a_step_may_await_its_model(server, llm, take):
    async def step(_self):
        return await llm.acall("Answer.")

    server.script("m", says("Paris."))
    host = RecordingHost()
    assert take(draft(), host=host, target=flow_of(step)).text == host.text == "Paris."
