"""A cancelled turn returns at once, and its thread ends at the next event or model call."""

import asyncio
import threading
from typing import Any

from massgen_hub.contract import Setup
from massgen_hub.testing import Gate, ModelReply, RecordingHost, call, draft, run, say
from massgen_hub_smolagents import adapter
from smolagents import CodeAgent, OpenAIModel


def code(text: str, gate: Gate | None = None) -> ModelReply:
    return ModelReply(text=f"<code>\n{text}\n</code>", gate=gate)


def cancelled(server, gate: Gate, target: Any = None, **options: Any) -> RecordingHost:
    """Cancel a turn while its model is held back, let it go on, and wait for the end of its thread."""
    host = RecordingHost()

    async def cancel() -> None:
        setup = Setup(agent="ada", seed=1, model=server.model("m"), target=target)
        async with adapter.open(adapter.options(**options), setup) as agent:
            turn = asyncio.create_task(agent(draft(), host))
            await asyncio.to_thread(gate.reached.wait)
            [thread] = [thread for thread in threading.enumerate() if thread.name == "smolagents ada"]
            turn.cancel()
            await asyncio.wait([turn])
            assert turn.cancelled()
            gate.released.set()
            await asyncio.to_thread(thread.join, 5)
            assert not thread.is_alive()

    run(cancel())
    return host


def test_a_streaming_agent_ends_in_the_middle_of_its_text(server):
    gate = Gate()
    server.script("m", [code("print('never run')", gate)])
    host = cancelled(server, gate, kind="code")
    assert host.activities == []


def test_a_blocking_agent_runs_no_tool_any_more(server, tools):
    gate = Gate()
    server.script("m", [ModelReply(calls=call("add", {"x": 1, "y": 2}).calls, gate=gate)])
    host = cancelled(server, gate, tools=[f"{tools}:add"])
    assert host.activities == []
    assert len(server.requests) == 1


def test_a_managed_agent_makes_no_more_calls(server):
    gate = Gate()
    models = [
        OpenAIModel(name, api_base=server.base_url, api_key="x", client_kwargs={"max_retries": 0}) for name in "mh"
    ]
    helper = CodeAgent(tools=[], model=models[1], name="helper", description="Helps.")
    server.script("m", [code("final_answer(helper('Where?'))")])
    server.script("h", [code("x = 1", gate), code("final_answer(x)")])
    cancelled(server, gate, target=CodeAgent(tools=[], model=models[0], managed_agents=[helper]))
    assert [request.body["model"] for request in server.requests] == ["m", "h"]


def test_the_next_turn_is_not_disturbed(server):
    gate = Gate()
    own = CodeAgent(tools=[], model=OpenAIModel("m", api_base=server.base_url, api_key="x"))
    before = dict(vars(own))
    server.script("m", [code("x = 1", gate), say("<code>\nfinal_answer('Paris')\n</code>")])
    cancelled(server, gate, target=own)
    assert vars(own) == before
