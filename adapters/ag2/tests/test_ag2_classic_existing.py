"""The user's own classic agents: all their settings count, and nothing in them changes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import autogen
import pytest
from autogen.coding import LocalCommandLineCodeExecutor
from massgen_hub.errors import ConfigError, NotAvailable
from massgen_hub.testing import call, draft, echo, fail, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def entry(server: Any, **more: Any) -> dict[str, Any]:
    return {"model": "m", "api_key": "x", "base_url": server.base_url, "price": [0, 0], **more}


def made(server: Any, **options: Any) -> autogen.ConversableAgent:
    settings = {"system_message": "Be brief.", "human_input_mode": "NEVER", **options}
    return autogen.ConversableAgent("mine", llm_config=autogen.LLMConfig(entry(server)), **settings)


def state(agent: autogen.ConversableAgent) -> dict[str, Any]:
    """Everything that an agent holds, and what is in it now."""
    return {name: (id(value), repr(value)) for name, value in vars(agent).items()}


def with_a_tool(agent: autogen.ConversableAgent) -> list[str]:
    asked: list[str] = []

    def weather(city: str) -> str:
        asked.append(city)
        return f"rain in {city}"

    agent.register_for_llm(description="The weather.")(weather)
    agent.register_for_execution()(weather)
    return asked


def test_nothing_in_it_changes(take, server, tmp_path) -> None:
    executor = LocalCommandLineCodeExecutor(work_dir=tmp_path)
    agent = made(server, code_execution_config={"executor": executor})
    with_a_tool(agent)
    system = [dict(message) for message in agent._oai_system_message]
    before = state(agent)
    replies = [call("weather", {"city": "Paris"}), say("```python\nprint(1)\n```"), say("Done.")]
    take(draft(), {}, replies, target=agent)
    take(vote(), {}, [call("vote", BALLOT)], target=agent)
    assert state(agent) == before
    assert agent._oai_system_message == system
    assert not agent._oai_messages
    assert agent.get_total_usage() is None


def test_its_settings_reach_the_model_and_it_streams(take, server) -> None:
    _, host = take(draft(), {}, [say("Paris is it.")], target=made(server))
    assert server.requests[0].body["messages"][0]["content"] == "Be brief."
    assert len(host.said) > 1


def test_it_votes_by_a_native_tool(take, server) -> None:
    agent = made(server)
    with_a_tool(agent)
    reply, _ = take(vote(), {}, [call("vote", BALLOT)], target=agent)
    assert reply.data == BALLOT
    assert [tool["function"]["name"] for tool in server.requests[0].body["tools"]] == ["vote"]


def test_its_own_tools_are_called(take, server) -> None:
    agent = made(server)
    asked = with_a_tool(agent)
    reply, host = take(draft(), {}, [call("weather", {"city": "Paris"}), say("It rains.")], target=agent)
    assert (asked, reply.text) == (["Paris"], "It rains.")
    assert [activity.kind for activity in host.activities] == ["call", "result"]


def test_a_tool_that_another_agent_was_to_run_is_called_too(take, server) -> None:
    def weather(city: str) -> str:
        return f"rain in {city}"

    agent = made(server)
    agent.register_for_llm(description="The weather.")(weather)
    _, host = take(draft(), {}, [call("weather", {"city": "Paris"}), say("It rains.")], target=agent)
    assert host.activities[1].text == "rain in Paris"


def test_its_own_executor_runs_its_own_code(take, server, tmp_path) -> None:
    executor = LocalCommandLineCodeExecutor(work_dir=tmp_path)
    agent = made(server, code_execution_config={"executor": executor})
    replies = [say("```python\nopen('answer.txt', 'w').close()\n```"), say("Done.")]
    take(draft(), {}, replies, target=agent)
    assert (tmp_path / "answer.txt").exists()


def test_its_own_executor_never_runs_what_it_reads(take, server, tmp_path) -> None:
    executor = LocalCommandLineCodeExecutor(work_dir=tmp_path / "work")
    agent = made(server, code_execution_config={"executor": executor})
    prompt = f"```python\nopen({str(tmp_path / 'ran')!r}, 'w').close()\n```"
    reply, _ = take(draft(prompt), {}, [say("I would not run that.")], target=agent)
    assert reply.text == "I would not run that."
    assert not (tmp_path / "ran").exists()


def test_its_own_word_ends_the_chat(take, server, tmp_path) -> None:
    executor = LocalCommandLineCodeExecutor(work_dir=tmp_path)
    agent = made(
        server,
        code_execution_config={"executor": executor},
        is_termination_msg=lambda message: "OVER" in (message.get("content") or ""),
    )
    reply, host = take(draft("Say OVER."), {}, [say("```python\nprint(1)\n```\nOVER")], target=agent)
    assert reply.text.endswith("OVER")
    assert not host.activities


def test_what_it_asks_a_person_is_put_to_the_hub(take, server) -> None:
    agent = made(server, human_input_mode="ALWAYS")
    reply, host = take(draft(), {}, [say("never asked")], target=agent, answers=("Say Lyon.",))
    assert reply.text == "Say Lyon."
    assert "mine" in host.questions[0].text


def test_where_nobody_can_answer_the_turn_fails_and_says_so(take, server) -> None:
    with pytest.raises(NotAvailable, match='nobody answers: Replying as mine.*\n\nhint: .*human_input_mode="NEVER"'):
        take(draft(), {}, [say("never asked")], target=made(server, human_input_mode="ALWAYS"))


def test_options_that_describe_another_agent_are_refused(take, server) -> None:
    with pytest.raises(ConfigError, match="system_message"):
        take(draft(), {"system_message": "Be long."}, target=made(server))


def test_code_in_a_container_without_an_executor_is_refused(take, server) -> None:
    agent = made(server, code_execution_config={"use_docker": False})
    agent._code_execution_config["use_docker"] = True
    with pytest.raises(ConfigError, match="runs code in a container without an executor"):
        take(draft(), {}, target=agent)


def test_it_cannot_be_promised_to_stop_like_one_of_1x(take, server) -> None:
    with pytest.raises(ConfigError, match="classic"):
        take(draft(), {"kind": "agent"}, target=made(server))


def test_an_agent_with_replies_of_its_own_needs_no_model(take, server) -> None:
    agent = autogen.ConversableAgent("rules", llm_config=False, human_input_mode="NEVER")
    agent.register_reply([autogen.Agent, None], lambda *_args, **_kwargs: (True, "As the rules say."))
    for turn in (draft(), vote()):
        reply, host = take(turn, {}, target=agent)
        assert reply.text == "As the rules say." == host.text


def test_a_reply_of_its_own_that_is_asynchronous_is_awaited(take, server) -> None:
    async def reply_later(recipient, messages=None, sender=None, config=None):
        return True, "Later."

    agent = made(server)
    agent.register_reply([autogen.Agent, None], reply_later)
    reply, _ = take(draft(), {}, target=agent)
    assert reply.text == "Later."


@pytest.mark.parametrize("api_type", ["openai", "openai_v2", "responses", "responses_v2"])
def test_every_api_of_openai_is_called_once_a_turn_and_remembers_nothing(take, server, api_type) -> None:
    agent = autogen.ConversableAgent("mine", llm_config=autogen.LLMConfig(entry(server, api_type=api_type, price=None)))
    for _ in range(2):
        reply, host = take(draft(), {}, [say("Paris.")], target=agent)
        assert reply.text == "Paris." == host.text
        assert host.tokens == [server.requests[-1].usage]
    assert take(vote(), {}, [call("vote", BALLOT)], target=agent)[0].data == BALLOT
    with pytest.raises(Exception, match="429"):
        take(draft(), {}, lambda _body: fail(429), target=agent)
    assert len(server.requests) == 4
    assert not [request for request in server.requests if request.body.get("previous_response_id")]


class Parrot:
    """A model client of the user's own, as AG2 takes it."""

    def __init__(self, config, **_more) -> None:
        self.model = config["model"]

    def create(self, params):
        message = SimpleNamespace(content=f"You said: {params['messages'][-1]['content']}", function_call=None)
        return SimpleNamespace(choices=[SimpleNamespace(message=message)], model=self.model)

    def message_retrieval(self, response):
        return [choice.message.content for choice in response.choices]

    def cost(self, response) -> float:
        return 0

    @staticmethod
    def get_usage(_response):
        return {}


def test_a_model_client_of_its_own_is_used(take) -> None:
    config = autogen.LLMConfig({"model": "parrot", "model_client_cls": "Parrot"})
    agent = autogen.ConversableAgent("mine", llm_config=config)
    agent.register_model_client(Parrot)
    reply, host = take(draft(prompt="Hello."), {}, target=agent)
    assert reply.text == "You said: Hello." == host.text


def test_a_factory_makes_it_with_the_model_of_the_hub(server) -> None:
    import asyncio

    from massgen_hub.contract import Setup
    from massgen_hub.testing import RecordingHost
    from massgen_hub_ag2 import ADAPTER, Ag2Options

    def factory(model):
        config = autogen.LLMConfig({"model": model.name, "api_key": model.key, "base_url": model.base_url})
        return autogen.AssistantAgent("made", llm_config=config)

    async def turn():
        setup = Setup(agent="ada", seed=1, model=server.model("m"), target=factory)
        async with ADAPTER.open(Ag2Options(), setup) as agent:
            return await agent(draft(prompt="Hello."), RecordingHost())

    server.script("m", echo)
    assert asyncio.run(turn()).text == "Hello."


def test_nothing_is_printed(take, server, tmp_path, capfd) -> None:
    executor = LocalCommandLineCodeExecutor(work_dir=tmp_path)
    agent = made(server, code_execution_config={"executor": executor})
    with_a_tool(agent)
    replies = [call("weather", {"city": "Paris"}), say("```python\nprint(1)\n```"), say("Done.")]
    capfd.readouterr()
    take(draft(), {}, replies, target=agent)
    take(vote(), {}, [call("vote", BALLOT)], target=agent)
    assert tuple(capfd.readouterr()) == ("", "")
