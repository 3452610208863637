"""Agents that manage others, and agents that plan."""

import pytest
from massgen_hub.errors import ConfigError
from massgen_hub.testing import call, calls, content_text, draft, say, vote
from massgen_hub_smolagents import adapter
from pydantic import ValidationError
from smolagents import CodeAgent, OpenAIModel, ToolCallingAgent

HELPER = {"name": "helper", "description": "Knows rivers.", "kind": "code", "prompts": "short"}
BALLOT = {"reason": "It is so.", "ranking": ["A", "B"]}


def code(text):
    return say(f"So.\n<code>\n{text}\n</code>")


def answer(text):
    return call("final_answer", {"answer": text})


def seen(host):
    return [(activity.kind, activity.name) for activity in host.activities]


def system_prompt(server, number=0):
    return content_text(server.requests[number].body["messages"][0]["content"])


def test_an_agent_may_manage_others_that_the_config_describes(server, take):
    said = [call("helper", {"task": "Where?"}), code("final_answer('on the Seine')"), answer("Paris")]
    reply, _ = take(draft(), said, managed_agents=[HELPER])
    assert reply.text == "Paris"
    offered = [tool["function"] for tool in server.requests[0].body["tools"]]
    assert [(tool["name"], tool["description"]) for tool in offered if tool["name"] == "helper"] == [
        ("helper", "Knows rivers.")
    ]


def test_a_code_agent_with_short_prompts_is_told_whom_it_manages(server, take):
    take(draft(), [code("final_answer(helper('Where?'))"), code("final_answer('Seine')")],
         kind="code", prompts="short", managed_agents=[HELPER])  # fmt: skip
    assert 'def helper(task: str):\n    """Knows rivers."""' in system_prompt(server)


def test_managed_agents_may_have_tools_and_manage_others(server, take, tools):
    deep = {**HELPER, "name": "deep", "kind": "tool_calling", "tools": [f"{tools}:add"]}
    said = [
        call("helper", {"task": "2 + 3?"}), code("final_answer(deep('2 + 3?'))"),
        call("add", {"x": 2, "y": 3}), answer("5"), answer("It is 5."),
    ]  # fmt: skip
    reply, host = take(draft(), said, managed_agents=[{**HELPER, "managed_agents": [deep]}])
    assert reply.text == "It is 5."
    assert seen(host) == [
        ("call", "helper"), ("code", "python_interpreter"),
        ("call", "add"), ("result", "add"), ("output", "python_interpreter"), ("result", "helper"),
    ]  # fmt: skip


def test_what_managed_agents_say_is_streamed_in_parts_of_its_own(take):
    said = [code("final_answer(helper('Where?'))"), code("final_answer('Seine')")]
    reply, host = take(draft(), said, kind="code", prompts="short", managed_agents=[HELPER])
    assert list(host.parts.values()) == ["So.\n<code>\nfinal_answer(helper('Where?'))\n</code>",
                          "So.\n<code>\nfinal_answer('Seine')\n</code>", "Seine"]  # fmt: skip
    assert host.text == reply.text == "Seine"


def test_activities_of_managed_agents_are_pairs(take):
    twice = calls(("helper", {"task": "one"}), ("helper2", {"task": "two"}))
    said = [twice, code("final_answer(1)"), code("final_answer(2)"), answer("done")]
    _, host = take(draft(), said, managed_agents=[HELPER, {**HELPER, "name": "helper2"}])
    begun = [activity.id for activity in host.activities if activity.kind in ("call", "code")]
    ended = [activity.id for activity in host.activities if activity.kind in ("result", "output")]
    assert sorted(begun) == sorted(ended)
    assert len(set(begun)) == len(begun) == 4


def test_a_managed_agent_needs_a_name():
    with pytest.raises(ValidationError, match="managed_agents"):
        adapter.options(managed_agents=[{"description": "Knows rivers."}])


def test_two_managed_agents_of_one_name_are_refused(take):
    with pytest.raises(ConfigError, match="unique name"):
        take(draft(), [], managed_agents=[HELPER, HELPER])


def test_managed_agents_cannot_be_sent_into_a_container():
    with pytest.raises(ValidationError, match="`managed_agents` need `executor: local`"):
        adapter.options(kind="code", executor="docker", managed_agents=[HELPER])


def test_variables_of_a_managed_agent_do_not_survive_a_turn(server, take):
    said = [call("helper", {"task": "keep"}), code("kept = 7\nfinal_answer(kept)"), answer("1"),
            call("helper", {"task": "tell"}), code("final_answer(kept)"), say("gone"), answer("2")]  # fmt: skip
    take([draft(), draft()], said, managed_agents=[{**HELPER, "max_steps": 1}])
    assert "gone" in str(server.requests[-1].body["messages"])
    assert len(server.requests) == 7


@pytest.mark.parametrize("prompts", ["short", "full"])
def test_an_agent_plans_every_few_steps(prompts, server, take):
    said = [say("1. Think."), answer("Paris")]
    reply, host = take(draft(), said, planning_interval=2, prompts=prompts)
    assert reply.text == host.text == "Paris"
    [plan] = host.activities
    assert (plan.kind, plan.name) == ("info", "plan")
    assert "1. Think." in plan.text


def test_a_plan_is_made_anew_after_as_many_steps(server, take, tools):
    add = call("add", {"x": 1, "y": 1})
    said = [say("First."), add, say("Second."), answer("2")]
    _, host = take(draft(), said, planning_interval=1, prompts="short", tools=[f"{tools}:add"])
    assert [activity.name for activity in host.activities] == ["plan", "add", "add", "plan"]
    assert "Plan the next" in content_text(server.requests[2].body["messages"][-1]["content"])


def test_the_plan_of_a_code_agent_is_a_part_of_its_own_and_no_part_of_the_answer(take):
    said = [say("1. Think."), code("final_answer('Paris')")]
    reply, host = take(draft(), said, kind="code", prompts="short", planning_interval=2)
    assert list(host.parts.values()) == ["1. Think.", "So.\n<code>\nfinal_answer('Paris')\n</code>", "Paris"]
    assert reply.text == "Paris"


def test_a_vote_is_cast_without_a_plan(server, take):
    reply, _ = take(vote(), [call("final_answer", BALLOT)], planning_interval=1)
    assert reply.data == BALLOT
    assert len(server.requests) == 1


def test_a_managed_agent_of_ones_own_object_is_told_too(server, take):
    def model(name):
        return OpenAIModel(name, api_base=server.base_url, api_key="x", client_kwargs={"max_retries": 0})

    helper = CodeAgent(tools=[], model=model("h"), name="helper", description="Helps.", return_full_result=True)
    server.script("h", [code("print(7)"), code("final_answer('Seine')")])
    lead = ToolCallingAgent(tools=[], model=model("m"), managed_agents=[helper])
    _, host = take(draft(), [call("helper", {"task": "Where?"}), answer("Paris")], target=lead)
    assert seen(host) == [
        ("call", "helper"), ("code", "python_interpreter"), ("output", "python_interpreter"),
        ("code", "python_interpreter"), ("output", "python_interpreter"), ("result", "helper"),
    ]  # fmt: skip
    assert "run" not in vars(helper)
