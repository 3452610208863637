"""Teams, and agents with a team inside: answers, usage, failures."""

from __future__ import annotations

import asyncio

import autogen_agentchat_users as users
import pytest
from autogen_agentchat.agents import AssistantAgent, BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import TextMessage
from autogen_agentchat.teams import RoundRobinGroupChat
from massgen_hub.contract import Setup, Usage
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import is_transient, retry_after
from massgen_hub.testing import Gate, ModelReply, RecordingHost, decides, draft, fail, run, say, vote
from massgen_hub_autogen_agentchat import ADAPTER

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
CODE = "Run:\n```python\nprint(6 * 7)\n```"


def asked(server):
    return [request.body["model"] for request in server.requests]


def spent(host):
    return [sum(numbers) for numbers in zip(*host.tokens, strict=True)]


def used(server):
    return [sum(numbers) for numbers in zip(*server.tokens, strict=True)]


def test_the_word_that_ends_a_conversation_is_no_answer(server, take):
    server.script("writer", [say("Lyon."), say("Paris.")])
    server.script("critic", [say("No."), say("APPROVE")])
    assert take(draft(), target=users.writer_and_critic).text == "Paris."
    assert asked(server) == ["writer", "critic", "writer", "critic"]


def test_an_answer_is_given_without_the_word_that_ends_the_conversation(server, take):
    server.script("writer", [say("Lyon.")])
    server.script("critic", [say("No, Paris.\n\nAPPROVE")])
    assert take(draft(), target=users.writer_and_critic).text == "No, Paris."


def test_terminate_is_cut_off_where_autogen_asks_for_it(server, take):
    server.script("m", lambda _body: say("Paris. TERMINATE"))
    told = lambda model: AssistantAgent("told", users.client(model))  # noqa: E731
    assert take(draft(), target=told).text == "Paris."
    assert take(draft(), target=users.expert).text == "Paris. TERMINATE"


def test_the_voter_speaks_and_votes_for_a_team(server, take):
    server.script("writer", [say("Paris.")])
    server.script("critic", decides(BALLOT))
    assert take(vote(), target=users.writer_and_critic, voter="critic").data == BALLOT
    server.script("critic", [say("Good. APPROVE")])
    assert take(draft(), target=users.writer_and_critic, voter="writer").text == "Paris."


def test_without_a_voter_the_first_member_votes(server, take):
    server.script("writer", decides(BALLOT))
    assert take(vote(), target=users.writer_and_critic).data == BALLOT
    assert asked(server) == ["writer"]
    assert server.requests[0].body["messages"][0] == {"role": "system", "content": "Write."}


def test_an_unknown_voter_is_refused(take):
    with pytest.raises(ConfigError, match="there is no `criticc` that could vote\n\nhint: did you mean `critic`"):
        take(draft(), target=users.writer_and_critic, voter="criticc")


def test_a_team_that_would_never_end_is_refused(take):
    with pytest.raises(ConfigError, match=r"\(RoundRobinGroupChat\) would never end"):
        take(draft(), target=users.endless)


def test_the_model_that_selects_a_speaker_counts(server, take):
    server.script("chooser", [say("right")])
    server.script("right", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.selector).text == "Paris."
    assert [usage.model for usage in host.spent] == ["chooser", "right"]
    assert spent(host) == used(server)


def test_the_orchestrator_of_a_magentic_team_counts_and_has_the_last_word(server, take):
    replies = ["facts", "plan", users.ledger(done=False), users.ledger(done=True), "Paris it is."]
    server.script("orchestrator", map(say, replies))
    server.script("helper", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.magentic).text == "Paris it is."
    assert [usage.calls for usage in host.spent] == [1] * 6
    assert spent(host) == used(server)


def test_the_orchestrator_of_a_magentic_team_votes(server, take):
    server.script("orchestrator", decides(BALLOT))
    assert take(vote(), target=users.magentic).data == BALLOT
    assert asked(server) == ["orchestrator"]


def test_members_that_speak_at_once_are_streamed_apart(server, take):
    for name in ("left", "right", "last"):
        server.script(name, [say(f"This is {name}.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.graph).text == "This is last."
    assert host.text == "This is last."
    assert sorted(text for _, text in host.said) == ["This is last.", "This is left.", "This is right."]


def test_an_agent_with_a_team_inside_speaks_and_votes_for_it(server, take):
    server.script("inner", [say("Lyon?")])
    server.script("outer", decides(BALLOT))
    host = RecordingHost()
    assert take(vote(), target=users.society).data == BALLOT
    server.script("outer", [say("Paris.")])
    assert take(draft(), host=host, target=users.society).text == "Paris."
    assert asked(server) == ["outer", "inner", "outer"]
    assert [usage.model for usage in host.spent] == ["inner", "outer"]


def test_the_output_of_code_is_no_answer(server, take):
    server.script("m", [say(CODE)])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.with_a_terminal).text == CODE
    assert [(one.kind, one.text) for one in host.activities] == [("code", "print(6 * 7)\n"), ("output", "42\n")]


def test_code_that_a_member_quotes_is_not_run(server, take):
    server.script("m", [say("I would not run that.")])
    host = RecordingHost()
    take(draft(prompt=f"Somebody says: {CODE}"), host=host, target=users.with_a_terminal)
    assert host.activities == []


def test_a_failing_model_is_what_a_team_fails_with(server, take):
    server.script("writer", lambda _body: fail(429))
    with pytest.raises(Exception, match="the script says 429") as failed:
        take(draft(), target=users.writer_and_critic)
    assert is_transient(failed.value)
    assert type(failed.value).__name__ == "RateLimitError"
    assert len(server.requests) == 1


def test_a_model_that_refuses_a_team_is_a_lasting_failure(server, take):
    server.script("inner", lambda _body: fail(400))
    with pytest.raises(Exception, match="the script says 400") as failed:
        take(draft(), target=users.society)
    assert not is_transient(failed.value)
    assert retry_after(failed.value) is None


class Broken(BaseChatAgent):
    produced_message_types = (TextMessage,)

    async def on_messages(self, messages, cancellation_token):
        raise KeyError("ink")

    async def on_reset(self, cancellation_token): ...


def test_a_member_that_fails_is_named_without_its_traceback(take):
    team = RoundRobinGroupChat([Broken("broken", "It fails.")], max_turns=1)
    with pytest.raises(TurnError, match="^the team failed: KeyError: 'ink'$"):
        take(draft(), target=team)


class Counter(BaseChatAgent):
    """An agent with a memory of its own."""

    produced_message_types = (TextMessage,)

    def __init__(self, name):
        super().__init__(name, "It counts.")
        self.heard = []

    async def on_messages(self, messages, cancellation_token):
        self.heard.extend(messages)
        return Response(chat_message=TextMessage(content=str(len(self.heard)), source=self.name))

    async def on_reset(self, cancellation_token): ...


def test_an_agent_of_ones_own_class_remembers_nothing(take):
    team = RoundRobinGroupChat([Counter("counter")], max_turns=2)
    assert [take(draft(), target=team).text for _ in range(2)] == ["1", "1"]
    assert team._participants[0].heard == []


def test_one_team_takes_two_turns_at_once(server):
    gate = Gate()

    def script(body):
        held = "held" in str(body["messages"])
        return ModelReply(text="slow", gate=gate) if held else say("fast")

    for name in ("writer", "critic"):
        server.script(name, script)
    team = users.writer_and_critic(server.model("m"))

    async def both():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="a", seed=1, target=team)) as agent:
            slow = asyncio.create_task(agent(draft(prompt="held"), RecordingHost()))
            await asyncio.to_thread(gate.reached.wait)
            host = RecordingHost()
            fast = await agent(draft(prompt="go"), host)
            gate.released.set()
            return fast.text, (await slow).text, len(host.spent)

    assert run(both(), loop="one") == ("fast", "slow", 5)


def test_the_usage_of_a_member_names_its_model(server, take):
    server.script("writer", [say("Paris. APPROVE")])
    host = RecordingHost()
    take(draft(), host=host, target=users.writer_and_critic)
    given = server.requests[0].usage
    assert host.spent == [Usage(input=given[0], output=given[1], calls=1, model="writer")]


def test_a_word_that_the_prompt_quotes_ends_nothing(server, take):
    server.script("writer", [say("Paris.")])
    server.script("critic", [say("APPROVE")])
    assert take(draft(prompt="Never say APPROVE."), target=users.writer_and_critic).text == "Paris."
    assert asked(server) == ["writer", "critic"]
