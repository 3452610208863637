"""Crews of the user's own: how the prompt reaches them, what they keep, what they cost."""

import asyncio
import json

import pytest
from crewai import LLM, Agent, BaseLLM, Crew, Process, Task
from crewai.project import CrewBase
from crewai_users import Tour, once
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError, NotAvailable
from massgen_hub.testing import Gate, RecordingHost, call, draft, fail, hang, in_turn, run, say, says, vote
from massgen_hub.testing.server import heard
from massgen_hub_crewai import ADAPTER
from pydantic import BaseModel


class City(BaseModel):
    """A city."""

    city: str


def member(llm, role="guide", **about):
    return Agent(**{"role": role, "goal": "g", "backstory": "b", "llm": llm, **about})


def task(agent, description="Answer.", **about):
    return Task(description=description, expected_output="An answer.", agent=agent, **about)


def only_paris(output):
    return (True, output.raw) if output.raw == "Paris." else (False, "It is not Lyon.")


def crew(*tasks, **about):
    agents = list({id(each.agent): each.agent for each in tasks}.values())
    return Crew(agents=agents, tasks=list(tasks), **about)


# How the prompt reaches it.


def test_without_a_placeholder_the_prompt_follows_the_first_task(server, llm, take):
    server.script("m", [say("Lyon?"), say("Paris.")])
    agent = member(llm)
    take(draft(prompt="Why {x}?"), target=crew(task(agent, "Answer."), task(agent, "Check.")))
    assert "Answer.\n\nWhy {x}?\n" in heard(server.requests[0])
    assert "Check.\n\nThis is the expected" in heard(server.requests[1])


def test_tasks_that_begin_side_by_side_all_hear_the_prompt(server, llm, take):
    server.script("m", says("Paris."))
    parts = [task(member(llm, role), f"{role}.", async_execution=True) for role in ("first", "second")]
    take(draft(prompt="Why?"), target=crew(*parts, task(member(llm, "last"), "Sum up.", context=parts)))
    asked = [heard(request) for request in server.requests]
    assert sorted("Why?" in each for each in asked) == [False, True, True]


def test_a_placeholder_for_the_prompt_takes_it(server, llm, take):
    server.script("m", says("Paris."))
    agent = member(llm)
    take(draft(prompt="Why?"), target=crew(task(agent, "Begin."), task(agent, "Now: {prompt}")))
    assert ["Why?" in heard(request) for request in server.requests] == [False, True]


def test_a_placeholder_of_another_name_is_the_input(server, llm, take):
    server.script("m", says("Paris."))
    take(
        draft(prompt="Why?"),
        target=crew(task(member(llm), "Study {topic} in {year}.")),
        input="topic",
        inputs={"year": 7},
    )
    assert "Study Why? in 7." in heard(server.requests[0])


def test_who_an_agent_is_depends_on_the_task_and_not_on_the_prompt(server, llm, take):
    server.script("m", says("Paris."))
    expert = member(llm, "expert for {topic}")
    take(draft("Rome", prompt="Rome, and all answers"), target=crew(task(expert, "Study {topic}.")), input="topic")
    assert "You are expert for Rome. b" in heard(server.requests[0])


def test_a_placeholder_that_nobody_fills_is_named(llm, take):
    with pytest.raises(ConfigError, match=r"names `\{topic\}`, which nobody fills in(.|\n)*`input: topic`"):
        take(draft(), target=crew(task(member(llm), "Study {topic}.")))


def test_an_input_that_the_crew_does_not_name_is_refused(llm, take):
    with pytest.raises(ConfigError, match=r"no text of the crew names `\{topic\}`, its `input`(.|\n)*`\{prompt\}`"):
        take(draft(), target=crew(task(member(llm), "Study {prompt}.")), input="topic")


def test_an_option_that_a_crew_cannot_use_is_refused(llm, take):
    with pytest.raises(ConfigError, match="`output` has no effect"):
        take(draft(), target=crew(task(member(llm))), output="answer")


@pytest.mark.parametrize("target", [Tour, Tour(), lambda: Tour().crew()], ids=["a class", "an instance", "a factory"])
def test_a_class_with_crew_base_is_a_crew(target, server, take):
    server.script("m", says("Paris."))
    assert take(draft(prompt="the Louvre"), target=target).text == "Paris."
    assert "Show the Louvre" in heard(server.requests[0])


def test_a_class_with_crew_base_that_cannot_be_made_says_where(take):
    @CrewBase
    class Unmade(Tour):
        agents_config = "config/nowhere.yaml"

    with pytest.raises(ConfigError, match="Unmade` fails"):
        take(draft(), target=Unmade)


def test_a_method_of_a_class_with_crew_base_is_refused(take):
    with pytest.raises(ConfigError, match="name the class"):
        take(draft(), target=Tour.guide)


def in_a_year(inputs):
    return inputs | {"year": 7}


def test_what_a_crew_fills_in_before_it_starts_is_there_when_it_votes_too(server, llm, take):
    server.script("m", [say("Paris."), call("vote", {"reason": "r", "ranking": ["A", "B"]})])
    target = crew(task(member(llm, "guide of {year}")), before_kickoff_callbacks=[in_a_year])
    take(draft(), target=target)
    take(vote(), target=target)
    assert ["You are guide of 7." in heard(request) for request in server.requests] == [True, True]


def test_what_a_crew_does_not_fill_in_before_it_starts_is_named(server, llm, take):
    target = crew(task(member(llm), "Study {topic} of {year}."), before_kickoff_callbacks=[in_a_year])
    with pytest.raises(ConfigError, match=r"names `\{topic\}`, which nobody fills in"):
        take(draft(), target=target)
    assert not server.requests


# What it is made of.


def test_a_model_of_the_hubs_is_set_as_the_agent_sets_its_own(server, take):
    server.script("hubs", says("Paris."))
    take(draft(), target=member(LLM("gpt-4o", temperature=0.7, max_tokens=50)), model="hubs")
    assert (server.requests[0].body["temperature"], server.requests[0].body["max_tokens"]) == (0.7, 50)


class Parrot(BaseLLM):
    """A client of the user's own, which calls nobody."""

    def call(self, messages, *_args, **_about):
        return "Thought: I know.\nFinal Answer: Paris."

    def supports_function_calling(self):
        return False


@pytest.mark.parametrize("model", [None, "hubs"])
def test_a_client_of_a_class_of_ones_own_is_kept(model, server, take):
    assert take(draft(), target=member(Parrot(model="parrot")), model=model).text == "Paris."
    assert not server.requests


def test_agents_that_name_a_model_run_on_the_hub_s_and_others_keep_theirs(server, llm, take):
    server.script("m", [say("mine")])
    server.script("hubs", [say("Paris.")])
    target = crew(task(member(llm)), task(member("gpt-4o", "other")))
    assert take(draft(), target=target, model="hubs").text == "Paris."
    assert [request.body["model"] for request in server.requests] == ["m", "hubs"]


def test_a_crew_that_names_a_model_may_find_it_in_the_environment(server, take, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    server.script("gpt-4o", says("Paris."))
    assert take(draft(), target=crew(task(member("gpt-4o"))), model=None).text == "Paris."


def test_a_crew_that_names_a_model_needs_one(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), target=crew(task(member("gpt-4o"))), model=None)


def test_an_agent_that_is_only_in_a_task_works_too(server, llm, take):
    server.script("m", says("Paris."))
    target = Crew(agents=[member(llm)], tasks=[task(member(llm, "outsider"))])
    assert take(draft(), target=target).text == "Paris."
    assert "You are outsider." in heard(server.requests[0])


def test_agents_with_the_same_role_are_told_apart(server, llm, take):
    server.script("m", says("Paris."))
    first, second = member(llm, backstory="First."), member(llm, backstory="Second.")
    take(draft(), target=crew(task(first, "One."), task(second, "Two.")))
    assert ["Second." in heard(request) for request in server.requests] == [False, True]


def test_a_manager_without_a_model_of_its_own_takes_the_hub_s(server, take):
    server.script("m", says("Paris."))
    target = crew(task(member("gpt-4o")), process=Process.hierarchical, manager_llm="gpt-4o")
    assert take(draft(), target=target).text == "Paris."


def test_a_crew_that_plans_plans_with_the_hub_s_model(server, llm, take):
    plan = json.dumps({"list_of_plans_per_task": [{"task_number": 1, "task": "Answer.", "plan": " Step by step."}]})
    server.script("m", in_turn(say(plan), then=says("Paris.")))
    assert take(draft(prompt="Why?"), target=crew(task(member(llm)), planning=True)).text == "Paris."
    assert "Why? Step by step." in heard(server.requests[1])


def test_a_structured_output_is_json(server, llm, take):
    server.script("m", [say('{"city": "Köln"}')])
    assert json.loads(take(draft(), target=crew(task(member(llm), output_pydantic=City))).text) == {"city": "Köln"}


def test_a_guardrail_lets_the_agent_answer_again(server, llm, take):
    server.script("m", [say("Lyon."), say("Paris.")])
    target = crew(task(member(llm), guardrail=only_paris))
    assert take(draft(), target=target).text == "Paris."


def test_files_of_tasks_are_files_of_the_turn(server, llm, take, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    server.script("m", says("Paris."))
    target = crew(task(member(llm), output_file="answer.md"))
    take(draft(folder=str(tmp_path / "turn")), target=target)
    take(draft(), target=target)
    assert [file.read_text() for file in tmp_path.rglob("answer.md")] == ["Paris."]
    assert (tmp_path / "turn" / "answer.md").exists()


def test_the_last_agent_votes_alone_and_as_who_it_is(server, llm, take):
    server.script("m", [call("vote", {"reason": "r", "ranking": ["A"]})])
    target = crew(task(member(llm, "first")), task(member(llm, "judge of {topic}"), "On {topic}."))
    assert take(vote("Rome"), target=target, input="topic").data == {"reason": "r", "ranking": ["A"]}
    assert "You are judge of Rome." in heard(server.requests[0])


# What is kept and what is not.


def test_a_limit_of_uses_counts_within_a_turn(server, llm, take):
    server.script("m", in_turn(call("once", {}), say("1"), call("once", {}), then=says("2")))
    target, host = crew(task(member(llm, tools=[once]))), RecordingHost()
    for _ in range(2):
        take(draft(), host=host, target=target)
    assert [activity.text for activity in host.activities if activity.kind == "result"] == ["it worked", "it worked"]
    assert once.current_usage_count == 0


def test_a_memory_is_neither_asked_nor_written(server, llm, take):
    server.script("m", says("Paris."))
    target = crew(task(member(llm)), memory=True)
    for _ in range(2):
        take(draft(), target=target)
    assert [sorted(request.body) for request in server.requests].count(sorted(server.requests[0].body)) == 2
    assert not [request for request in server.requests if "tools" in request.body]


def test_a_crew_that_ran_before_begins_anew(server, llm, take):
    server.script("m", says("Paris."))
    target = crew(task(member(llm, "expert for {topic}"), "Study {topic}."))
    target.kickoff(inputs={"topic": "Rome"})
    take(draft("Oslo", prompt="Oslo"), target=target, input="topic")
    assert "Rome" not in heard(server.requests[1])


# What it costs, how it fails, how it ends.


def test_turns_at_once_of_one_crew_each_know_what_they_cost(server, llm):
    server.script("m", says("Paris."))
    agent = member(llm)
    target, hosts = crew(task(agent), task(agent, "Check.")), [RecordingHost() for _ in range(3)]

    async def turns():
        setup = Setup(agent="ada", seed=1, target=target)
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            return await asyncio.gather(*(agent(draft(), host) for host in hosts))

    assert [reply.text for reply in run(turns(), loop="one")] == ["Paris."] * 3
    assert [len(host.spent) for host in hosts] == [2, 2, 2]
    told = sorted((usage.input, usage.output) for host in hosts for usage in host.spent)
    assert told == sorted(server.tokens)


def test_a_failing_model_is_not_asked_again(server, llm, take):
    server.script("m", lambda _body: fail(500))
    with pytest.raises(Exception, match="the script says 500"):
        take(draft(), target=crew(task(member(llm))))
    assert len(server.requests) == 1


def test_a_cancelled_crew_calls_no_other_model(server, llm):
    gate = Gate()
    server.script("m", in_turn(hang("Par", gate), then=says("Paris.")))

    async def cancelled():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, target=target)) as agent:
            turn = asyncio.create_task(agent(draft(), RecordingHost()))
            await asyncio.to_thread(gate.reached.wait, 30)
            turn.cancel()
            await asyncio.wait([turn])
            await asyncio.to_thread(server.requests[0].answered.wait, 30)
            return turn.cancelled()

    target = crew(task(member(llm)), task(member(llm, "other"), "Check."))
    assert run(cancelled(), loop="one")
    assert [request.disconnected for request in server.requests] == [True]


def test_human_input_shows_the_answer_until_it_is_approved(server, llm, take):
    server.script("m", [say("Lyon."), say("Paris.")])
    host = RecordingHost(["Not Lyon.", "approve"])
    assert take(draft(), host=host, target=crew(task(member(llm), human_input=True))).text == "Paris."
    assert [question.text.partition("\n")[0] for question in host.questions] == ["Lyon.", "Paris."]
    assert "Not Lyon." in heard(server.requests[1])


def test_human_input_that_nobody_gives_fails_the_turn(server, llm, take):
    server.script("m", [say("Lyon.")])
    with pytest.raises(NotAvailable, match="nobody answers: Lyon"):
        take(draft(), target=crew(task(member(llm), human_input=True)))


def test_a_verbose_crew_prints_nothing(server, llm, take, capfd, tmp_path):
    server.script("m", says("Paris."))
    log = tmp_path / "log.txt"
    take(draft(), target=crew(task(member(llm, verbose=True)), verbose=True, output_log_file=str(log)))
    assert capfd.readouterr().out == ""
    assert not log.exists()


def test_work_that_a_manager_delegates_is_noted_and_counted(server, take):
    asked = {"task": "Name it.", "context": "France", "coworker": "guide"}
    server.script("m", in_turn(call("delegate_work_to_coworker", asked), say("Paris."), then=says("It is Paris.")))
    host, target = RecordingHost(), crew(task(member("gpt-4o")), process=Process.hierarchical, manager_llm="gpt-4o")
    assert take(draft(), host=host, target=target).text == "It is Paris."
    assert [(each.kind, each.text) for each in host.activities] == [("call", json.dumps(asked)), ("result", "Paris.")]
    assert host.tokens == server.tokens
