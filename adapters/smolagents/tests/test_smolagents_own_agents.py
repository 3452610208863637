"""An agent of the user's own: driven as it is, silent, and left as it was."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.testing import Gate, ModelReply, RecordingHost, call, content_text, draft, fail, run, say, vote
from massgen_hub_smolagents import adapter
from openai import BadRequestError
from smolagents import (
    ActionStep,
    ChatMessage,
    ChatMessageStreamDelta,
    CodeAgent,
    Model,
    OpenAIModel,
    TokenUsage,
    Tool,
    ToolCallingAgent,
)

ANSWER = call("final_answer", {"answer": "Paris"})
CODED_BALLOT = say("<code>\nfinal_answer('It is so.', ['A', 'B'])\n</code>")
BALLOT = call("final_answer", {"reason": "It is so.", "ranking": ["A", "B"]})


class Shout(Tool):
    name = "shout"
    description = "Say it loudly."
    inputs = {"text": {"type": "string", "description": "what"}}  # noqa: RUF012
    output_type = "string"

    def forward(self, text: str) -> str:
        return text.upper()


def code(text: str) -> ModelReply:
    return say(f"<code>\n{text}\n</code>")


def model_of(server, name: str = "m") -> OpenAIModel:
    return OpenAIModel(name, api_base=server.base_url, api_key="x", retry=False, client_kwargs={"max_retries": 0})


def worn(agent: Any) -> dict[str, Any]:
    """Everything that hangs on an agent, with what is inside."""
    things = [agent, agent.monitor, agent.memory, agent.logger, getattr(agent, "python_executor", None)]
    attributes = [dict(vars(thing)) for thing in things if thing is not None]
    insides = [list(agent.memory.steps), dict(agent.tools), dict(agent.state)]
    return {"attributes": attributes, "insides": insides, "prompt": agent.system_prompt}


def test_an_agent_is_left_as_it_was(server, take):
    own = ToolCallingAgent(tools=[], model=model_of(server))
    before = worn(own)
    take([draft(), vote()], [ANSWER, BALLOT], target=own)
    assert worn(own) == before


def test_an_agent_with_a_past_keeps_it(server, take):
    own = CodeAgent(tools=[], model=model_of(server), verbosity_level=-1)
    server.script("m", [code("kept = 7\nfinal_answer(kept)")])
    own.run("What do you keep?")
    before = worn(own)
    take(draft(), [code("kept = 8\nfinal_answer(1)")], target=own)
    assert worn(own) == before
    assert own.python_executor.state["kept"] == 7


def test_what_is_noted_in_the_state_of_an_agent_stays_in_the_turn(server, take):
    own = ToolCallingAgent(
        tools=[], model=model_of(server), step_callbacks=[lambda _step, agent: agent.state.update(seen=1)]
    )
    take(draft(), [ANSWER], target=own)
    assert own.state == {}


def test_an_agent_is_left_as_it_was_after_a_failure(server, take):
    own = CodeAgent(tools=[], model=model_of(server))
    before = worn(own)
    with pytest.raises(Exception, match="no more replies"):
        take(draft(), [], target=own)
    assert worn(own) == before


def test_an_agent_with_a_past_does_not_tell_it(server, take):
    own = ToolCallingAgent(tools=[], model=model_of(server), verbosity_level=-1)
    server.script("m", [ANSWER])
    own.run("Remember SECRET-1.")
    take(draft(), [ANSWER], target=own)
    assert "SECRET-1" not in str(server.requests[1].body)


def team(server) -> CodeAgent:
    """An agent that prints, and manages another that prints."""
    helper = CodeAgent(tools=[], model=model_of(server, "h"), name="helper", description="Helps.", stream_outputs=True)
    return CodeAgent(tools=[], model=model_of(server), managed_agents=[helper], stream_outputs=True)


def test_an_agent_and_those_it_manages_print_nothing(server, take, capfd, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    own = team(server)
    server.script("h", [code("final_answer('on the Seine')")])
    reply, _ = take(draft(), [code("final_answer('Paris ' + helper('Where?'))")], target=own)
    assert "on the Seine" in reply.text
    assert tuple(capfd.readouterr()) == ("", "")


def test_usage_of_managed_agents_counts(server, take):
    own = team(server)
    server.script("h", [code("final_answer('on the Seine')")])
    _, host = take(draft(), [code("final_answer(helper('Where?'))")], target=own)
    assert sorted(usage.model for usage in host.spent) == ["h", "m"]


def test_managed_agents_are_left_as_they_were(server, take):
    own = team(server)
    before = worn(own.managed_agents["helper"])
    server.script("h", [code("final_answer('on the Seine')")])
    take(draft(), [code("final_answer(helper('Where?'))")], target=own)
    assert worn(own.managed_agents["helper"]) == before


class Canned(Model):
    """A model that neither streams nor counts."""

    def __init__(self, *messages: ChatMessage) -> None:
        super().__init__()
        self.messages = list(messages)

    def generate(self, *_arguments: Any, **_options: Any) -> ChatMessage:
        return self.messages.pop(0)


def wrote(text: str) -> ChatMessage:
    return ChatMessage(role="assistant", content=f"<code>\n{text}\n</code>")


def called(name: str, **arguments: Any) -> ChatMessage:
    made = {"id": "call", "type": "function", "function": {"name": name, "arguments": arguments}}
    return ChatMessage(role="assistant", tool_calls=[made])


class Streaming(Model):
    """A model that streams, reports its usage early, and looks at where a print would go."""

    def generate_stream(self, *_arguments: Any, **_options: Any) -> Iterator[ChatMessageStreamDelta]:
        yield ChatMessageStreamDelta(content="<code>\n", token_usage=TokenUsage(input_tokens=9, output_tokens=3))
        self.stdout = sys.stdout
        yield ChatMessageStreamDelta(content="final_answer('Paris')\n</code>")


def test_a_model_that_cannot_stream_answers_whole(take):
    reply, _ = take(draft(), [], target=CodeAgent(tools=[], model=Canned(wrote("final_answer('Paris')"))))
    assert reply.text == "Paris"


def test_usage_that_nobody_counted_is_unknown(take):
    _, host = take(draft(), [], target=CodeAgent(tools=[], model=Canned(wrote("final_answer('Paris')"))))
    assert [(usage.input, usage.output, usage.calls) for usage in host.spent] == [(None, None, 1)]


def test_usage_may_come_with_any_piece(take):
    _, host = take(draft(), [], target=CodeAgent(tools=[], model=Streaming()))
    assert host.tokens == [(9, 3)]


def test_what_others_print_is_left_alone(take, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # makes rich take any file for a terminal, and catch what is printed
    model, stdout = Streaming(), sys.stdout
    take(draft(), [], target=CodeAgent(tools=[], model=model))
    assert model.stdout is stdout


def test_calls_of_one_id_are_told_apart(take):
    model = Canned(called("shout", text="a"), called("shout", text="b"), called("final_answer", answer="done"))
    _, host = take(draft(), [], target=ToolCallingAgent(tools=[Shout()], model=model))
    assert len({activity.id for activity in host.activities}) == 2


@pytest.mark.parametrize(("kind", "ballot"), [(ToolCallingAgent, BALLOT), (CodeAgent, CODED_BALLOT)])
def test_plans_and_checks_are_for_answers_only(kind, ballot, server, take):
    checks = [lambda *_, **__: False]
    own = kind(tools=[], model=model_of(server), planning_interval=1, final_answer_checks=checks)
    reply, _ = take(vote(), [ballot], target=own)
    assert reply.data["ranking"] == ["A", "B"]
    assert len(server.requests) == 1


def test_a_failure_that_the_agent_got_over_is_none(server, take):
    def ask_again(step: ActionStep, agent: Any) -> None:
        if step.step_number == 1:
            with suppress(BadRequestError):
                agent.model.generate([ChatMessage(role="user", content="Really?")])

    own = ToolCallingAgent(tools=[], model=model_of(server), step_callbacks=[ask_again])
    reply, _ = take(draft(), [say("Hm."), fail(400), say("Paris.")], target=own, max_steps=1)
    assert reply.text == "Paris."


def test_a_factory_is_given_the_model_of_the_config(server, take):
    def make(model):
        chosen = OpenAIModel(model.name, api_base=model.base_url, api_key=model.key)
        return ToolCallingAgent(tools=[], model=chosen)

    reply, _ = take(draft(), [ANSWER], target=make)
    assert reply.text == "Paris"


def test_max_steps_bounds_an_agent_of_ones_own(server, take):
    own = ToolCallingAgent(tools=[], model=model_of(server))
    reply, _ = take(draft(), [say("Hm."), say("Paris.")], target=own, max_steps=1)
    assert reply.text == "Paris."


def test_other_options_are_refused_for_an_agent_of_ones_own(server, take):
    own = ToolCallingAgent(tools=[], model=model_of(server))
    with pytest.raises(ConfigError, match="`system_message` has no effect"):
        take(draft(), [], target=own, system_message="Be brief.")


def test_something_else_is_no_agent(take):
    with pytest.raises(ConfigError, match=r"smolagents\.MultiStepAgent"):
        take(draft(), [], target=42)


def test_turns_of_one_object_wait_for_each_other(server):
    own, gate, asked_twice = ToolCallingAgent(tools=[], model=model_of(server)), Gate(), threading.Event()
    setup = Setup(agent="ada", seed=1, target=own)

    def held_first(_body: object) -> ModelReply:
        if len(server.requests) == 1:
            return ModelReply(calls=ANSWER.calls, gate=gate)
        asked_twice.set()
        return call("final_answer", {"answer": "Rome"})

    async def both() -> tuple[str, str]:
        async with adapter.open(adapter.options(), setup) as ada, adapter.open(adapter.options(), setup) as bob:
            first = asyncio.create_task(ada(draft("Capital of France?"), RecordingHost()))
            await asyncio.to_thread(gate.reached.wait)
            second = asyncio.create_task(bob(draft("Capital of Italy?"), RecordingHost()))
            assert not await asyncio.to_thread(asked_twice.wait, 0.1)
            gate.released.set()
            return (await first).text, (await second).text

    server.script("m", held_first)
    assert run(both()) == ("Paris", "Rome")
    assert "France" not in content_text(server.requests[1].body["messages"][-1]["content"])
