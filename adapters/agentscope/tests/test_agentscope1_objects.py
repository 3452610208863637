"""The user's own agents of AgentScope 1.x: everything of theirs is kept, and nothing of them is changed."""

from __future__ import annotations

import asyncio

import agentscope1_users as users
import pytest
from agentscope.agent import UserAgent
from agentscope.message import Msg
from agentscope.plan import PlanNotebook
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import Gate, RecordingHost, call, calls, decide, draft, fail, hang, run, say, vote
from massgen_hub_agentscope import ADAPTER

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
PLUS = call("plus", {"x": 1, "y": 1})


def everything(agent):
    """All that can be seen of an agent, its toolkit and its model."""
    kit = agent.toolkit
    model = {name: value for name, value in vars(agent.model).items() if name != "client"}
    groups = {name: group.active for name, group in kit.groups.items()}
    hooks = {name: list(value) for name, value in vars(agent).items() if name.startswith("_instance_")}
    return (
        {name: value for name, value in vars(agent).items() if name != "_module_dict"},
        dict(agent._module_dict), dict(kit.tools), groups, list(kit._middlewares), hooks, model,
        agent.model.client.max_retries,
    )  # fmt: skip


@pytest.fixture
def adder(server):
    return users.agent(server.model("m"))


def test_an_agent_is_the_same_after_drafts_and_votes(take, adder):
    before = everything(adder)
    replies = [PLUS, say("2"), call("generate_response", {"name": "P", "people": 2}), say("P"), call("vote", BALLOT)]
    take([draft()], replies[:2], target=adder, max_iters=7)
    take([draft(), vote()], replies[2:], target=adder, structured_schema="agentscope1_users:City")
    assert everything(adder) == before
    assert run(adder.memory.size(), loop="one") == 0


def test_every_turn_is_a_fresh_conversation(take, adder, server):
    run(adder.memory.add(Msg("user", "What I said before.", "user")), loop="one")
    take([draft(), draft()], [say("1"), say("2")], target=adder)
    assert [len(request.body["messages"]) for request in server.requests] == [2, 2]


def test_its_hooks_are_run(take, adder):
    adder.register_instance_hook(
        "post_reply", "shout", lambda _self, _kwargs, said: Msg("a", said.content[0]["text"].upper(), "assistant")
    )
    assert take(draft(), [say("Paris.")], target=adder).text == "PARIS."


def test_what_another_agent_subscribed_to_stays_in_the_hub(take, adder, server):
    listener = users.agent(server.model("m"))
    adder.reset_subscribers("hub", [listener])
    take(draft(), [say("Paris.")], target=adder)
    assert run(listener.memory.size(), loop="one") == 0


def test_a_function_that_blocks_runs_in_a_thread(take, adder):
    users.threads.clear()
    take(draft(), [PLUS, say("2")], target=adder)
    assert users.threads == ["plus"]


def test_a_group_of_tools_that_a_turn_switches_on_is_off_in_the_next(take, server, offered):
    agent = users.agent(server.model("m"), enable_meta_tool=True)
    agent.toolkit.create_tool_group("more", "More.")
    agent.toolkit.register_tool_function(users.plus, group_name="more", func_name="more")
    switch = call("reset_equipped_tools", {"more": True})
    take([draft(), draft()], [switch, say("1"), say("2")], target=agent)
    assert ("more" in offered(1), "more" in offered(2), agent.toolkit.groups["more"].active) == (True, False, False)


def test_a_plan_is_that_of_one_turn(take, server):
    agent = users.agent(server.model("m"), plan_notebook=PlanNotebook())
    step = {"name": "Look", "description": "Look.", "expected_outcome": "Seen."}
    plan = {"name": "Find", "description": "Find.", "expected_outcome": "Found.", "subtasks": [step]}
    take([draft(), draft()], [call("create_plan", plan), say("1"), say("2")], target=agent)
    assert agent.plan_notebook.current_plan is None
    assert "Find" in str(server.requests[1].body["messages"])
    assert "Find" not in str(server.requests[2].body["messages"])


def test_an_agent_of_the_users_own_class_and_its_helper_are_heard(take, server):
    relay, host = users.Relay(server.model("m")), RecordingHost()
    reply = take(draft(), [PLUS, say("2")], host, target=relay)
    assert reply.text == "It says: 2"
    assert [activity.kind for activity in host.activities] == ["call", "result"]
    assert host.tokens == server.tokens
    assert run(relay.helper.memory.size(), loop="one") == 0


def test_agents_in_lists_and_mappings_are_heard_and_every_debate_is_a_fresh_one(take, server):
    debate, host = users.Debate(server.model("m")), RecordingHost()
    said = [say("Paris, says Al."), say("Paris, says Bo."), say("Paris."), say("P. 1"), say("P. 2"), say("Lyon.")]
    reply = take([draft(), draft()], said, host, target=debate)
    assert reply.text == "Lyon."
    heard = [str(request.body["messages"]) for request in server.requests]
    assert "Paris, says Al." in heard[1]
    assert all("Paris" not in what for what in heard[3:])
    assert host.tokens == server.tokens
    assert [run(agent.memory.size(), loop="one") for agent in debate.solvers] == [0, 0]
    assert (debate.said, debate.solvers[0]._subscribers) == ([], {})


def test_a_model_that_several_hold_offers_the_decision_to_the_agent_that_decides(take, server, offered):
    class Chair(users.Debate):
        async def reply(self, msg):
            await self.solvers[0](msg)
            said = await self.model([{"role": "user", "content": msg.get_text_content()}])
            said = [chunk async for chunk in said][-1]
            return Msg("chair", said.content, "assistant")

    chair = Chair(server.model("m"))
    assert take(vote(), [say("A is best."), call("vote", BALLOT)], target=chair).data == BALLOT
    assert ("vote" in offered(0), offered(1)) == (False, ["vote"])


def test_an_async_factory_connects_what_its_agent_needs(take, server):
    asked = call("add", {"x": 2, "y": 3})
    assert take(draft(), [asked, say("5")], target="agentscope1_users:with_a_server").text == "5"
    assert "5" in str(server.requests[1].body["messages"][-1])


def test_an_agent_that_has_no_loop_of_its_own_has_no_bound_on_it(take, server):
    with pytest.raises(ConfigError, match="`max_iters` has no effect on an agent of your own"):
        take(draft(), [], target=users.Relay(server.model("m")), max_iters=3)


def test_a_model_that_does_not_stream_is_heard(take, server):
    target, host = users.agent(server.model("m")), RecordingHost()
    target.model.stream = False
    assert take(draft(), [say("Paris.")], host, target=target).text == host.text == "Paris."
    assert take(vote(), [call("vote", BALLOT)], target=target).data == BALLOT


def test_both_decisions_of_one_reply_arrive_in_its_order(take, adder, server):
    better = {"answer": "Paris, on the Seine."}
    reply = take(decide(), [calls(("answer", better), ("vote", BALLOT))], target=adder)
    assert (reply.data, reply.text, len(server.requests)) == ([better, BALLOT], "", 1)


def test_arguments_that_are_no_json_come_through_as_text(take, adder):
    reply = take(vote(), [call("vote", '{"ranking": ["A", ')], target=adder)
    assert (reply.data, reply.text) == (None, '{"ranking": ["A", ')


def test_the_third_reply_can_only_decide(take, adder, offered):
    assert take(vote(), [PLUS, PLUS, call("vote", BALLOT)], target=adder).data == BALLOT
    assert (offered(0), offered(2)) == (["vote", "plus"], ["vote"])


def test_a_server_that_refuses_tools_is_asked_for_text_and_remembered(take, server):
    def model(body):
        return fail(400) if body.get("tools") else say("A")

    agent = users.agent(server.model("m"), toolkit=None)
    assert take([vote(), vote()], model, target=agent).text == "A"
    assert [bool(request.body.get("tools")) for request in server.requests] == [True, False, False]


def test_a_cancelled_turn_is_cancelled_and_hangs_up(server, adder):
    async def scene():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, target=adder)) as taking:
            task = asyncio.create_task(taking(draft(), RecordingHost()))
            while not gate.reached.is_set():
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task], timeout=5)
            return task

    gate = Gate()
    server.script("m", [hang("Par", gate)])
    assert run(scene(), loop="one").cancelled()
    assert server.requests[0].answered.wait(3)
    assert server.requests[0].disconnected


def test_a_tool_that_cancels_itself_fails_the_turn(take, adder):
    async def give_up():
        """Give up."""
        raise asyncio.CancelledError

    adder.toolkit.register_tool_function(give_up)
    with pytest.raises(TurnError, match="cancelled from inside"):
        take(draft(), [call("give_up", {})], target=adder)


def test_an_agent_that_waits_at_the_terminal_is_refused(take):
    with pytest.raises(ConfigError, match="`UserAgent`"):
        take(draft(), [], target=UserAgent("me"))


def test_nothing_is_printed_though_the_agent_prints(take, adder, capfd):
    take(draft(), [PLUS, say("2")], target=adder)
    assert tuple(capfd.readouterr()) == ("", "")
