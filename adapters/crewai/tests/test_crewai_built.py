"""Agents made from options."""

import pytest
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import ModelReply, RecordingHost, call, calls, draft, run, say
from massgen_hub.testing.server import heard
from massgen_hub_crewai import ADAPTER

LOOK_UP = "crewai_users:look_up"


def test_the_model_is_told_who_it_is(server, take):
    server.script("m", [say("Paris.")])
    take(draft(), role="geographer", goal="Know it.", backstory="You travelled.", system_message="Be brief.")
    assert server.requests[0].body["messages"][0] == {
        "role": "system",
        "content": "You are geographer. You travelled.\n\nBe brief.\nYour personal goal is: Know it.",
    }


def test_settings_of_the_model_are_sent(server, take):
    server.script("m", [say("Paris.")])
    take(draft(), temperature=0.5, max_tokens=7)
    assert (server.requests[0].body["temperature"], server.requests[0].body["max_tokens"]) == (0.5, 7)


def test_an_agent_without_a_model_is_refused(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), model=None)


@pytest.mark.parametrize(("name", "why"), [("number", "is a `int`"), ("undescribed", "Function must have a docstring")])
def test_what_is_no_tool_is_refused_by_its_name(name, why, take):
    with pytest.raises(ConfigError, match=rf"`crewai_users:{name}`:? {why}"):
        take(draft(), tools=[f"crewai_users:{name}"])


def test_a_tool_of_crewai_is_a_tool(server, take):
    server.script("m", [call("once", {}), say("Done.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=["crewai_users:once"]).text == "Done."
    assert [activity.text for activity in host.activities] == ["{}", "it worked"]


def test_several_calls_in_one_reply_are_pairs_of_their_own(server, take):
    server.script("m", [calls((LOOK_UP[13:], {"name": "Paris"}), (LOOK_UP[13:], {"name": "Lyon"})), say("Done.")])
    host = RecordingHost()
    take(draft(), host=host, tools=[LOOK_UP])
    texts = {activity.id: [] for activity in host.activities}
    for activity in host.activities:
        texts[activity.id].append(activity.text)
    assert sorted(map(tuple, texts.values())) == [
        ('{"name": "Lyon"}', "Lyon is a city."),
        ('{"name": "Paris"}', "Paris is a city."),
    ]


def test_max_iter_bounds_the_replies_with_tools(server, take):
    server.script("m", lambda body: call("look_up", {"name": "Paris"}) if body.get("tools") else say("I give up."))
    assert take(draft(), tools=[LOOK_UP], max_iter=2).text == "I give up."
    assert len(server.requests) == 3


@pytest.mark.parametrize("text", ["What is {x}?", "{tools} {tool_names} {input}", 'A {{"b": {c}}} d', "{task}"])
def test_braces_in_a_prompt_mean_nothing(text, server, take):
    server.script("m", [say("Paris.")])
    take(draft(prompt=text), tools=[LOOK_UP])
    assert f"Current Task: {text}" in heard(server.requests[0])


def test_a_prompt_that_is_too_long_fails_the_turn(server, take):
    server.script("m", lambda _body: ModelReply(status=400, text="maximum context length is 7 tokens"))
    with pytest.raises(TurnError, match="Context length exceeded"):
        take(draft())


def test_two_agents_in_one_process_keep_their_options_apart(server):
    for name in ("ada", "bob"):
        server.script(name, [say(name)])

    async def both():
        setups = [Setup(agent=name, seed=1, model=server.model(name)) for name in ("ada", "bob")]
        first, second = ADAPTER.options(temperature=0.1), ADAPTER.options(temperature=0.9)
        async with ADAPTER.open(first, setups[0]) as ada, ADAPTER.open(second, setups[1]) as bob:
            return [(await agent(draft(), RecordingHost())).text for agent in (ada, bob)]

    assert run(both(), loop="one") == ["ada", "bob"]
    assert [request.body["temperature"] for request in server.requests] == [0.1, 0.9]
