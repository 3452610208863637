"""The embedded model from the side of its agents, and the machine from the side of the model."""

from __future__ import annotations

import asyncio
import json
import os
import select
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import jsonschema
import openai
import pytest
from massgen_hub.contract import Model
from massgen_hub.errors import ModelError
from massgen_hub.kit import decision_tools
from massgen_hub.testing.turns import decide, draft, vote
from massgen_hub_gateway.upstream import HttpUpstream, http_client
from massgen_hub_local import NAME, connect
from massgen_hub_local.engine import running
from massgen_hub_local.upstream import LocalUpstream
from massgen_hub_local.weights import SMOLLM2, obtain


@pytest.mark.model
def test_it_answers_in_words_and_is_metered(smollm2):
    answer = smollm2.ask(draft().prompt, max_tokens=20)
    agent, usage = smollm2.metered[-1]
    assert answer.choices[0].message.content.strip()
    assert answer.model == NAME
    assert (agent, usage.input, usage.output) == ("ada", answer.usage.prompt_tokens, answer.usage.completion_tokens)


@pytest.mark.model
def test_its_words_are_streamed(smollm2):
    chunks = list(smollm2.ask("Count to five.", stream=True, max_tokens=10))
    assert sum(bool(chunk.choices[0].delta.content) for chunk in chunks) > 3


@pytest.mark.model
def test_it_votes_by_a_tool(smollm2):
    turn = vote(answers=("Paris", "Lyon", "Nice"))
    answer = smollm2.ask(turn.prompt, tools=decision_tools(turn.schema), tool_choice="required")
    function = answer.choices[0].message.tool_calls[0].function
    assert (function.name, answer.choices[0].finish_reason) == ("vote", "tool_calls")
    jsonschema.validate(json.loads(function.arguments), turn.schema)


@pytest.mark.model
def test_it_chooses_between_two_tools_and_always_calls_one_as_it_should(smollm2):
    turn = decide()
    tools = {tool["function"]["name"]: tool for tool in decision_tools(turn.schema)}
    for seed in range(10):
        answer = smollm2.ask(turn.prompt, tools=list(tools.values()), tool_choice="required", seed=seed, temperature=1)
        function = answer.choices[0].message.tool_calls[0].function
        jsonschema.validate(json.loads(function.arguments), tools[function.name]["function"]["parameters"])


@pytest.mark.model
def test_a_tool_without_arguments_can_be_called(smollm2):
    tool = {"type": "function", "function": {"name": "stop", "description": "Stop."}}
    answer = smollm2.ask("Stop.", tools=[tool], tool_choice="required")
    assert answer.choices[0].message.tool_calls[0].function.arguments == "{}"


@pytest.mark.model
def test_the_same_seed_gives_the_same_text_alone_and_in_company(smollm2):
    def text(agent):
        answer = smollm2.ask("Tell me a story.", agent, seed=5, temperature=0.9, max_tokens=25)
        return answer.choices[0].message.content

    alone = text("ada")
    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(text, ["ada", "bob", "cy"])) == {alone}


@pytest.mark.model
def test_without_a_seed_agents_differ_and_each_repeats_itself(smollm2):
    def text(agent):
        return smollm2.ask("Tell me a story.", agent, temperature=0.9, max_tokens=25).choices[0].message.content

    assert text("ada") == text("ada")
    assert text("ada") != text("bob")


@pytest.mark.model
def test_a_prompt_that_is_too_long_is_a_bad_request(smollm2):
    with pytest.raises(openai.BadRequestError, match="reads no more than 4096"):
        smollm2.ask("word " * 5000)


@pytest.mark.model
@pytest.mark.parametrize("prompt", ["Count to a thousand.", "word " * 1500])
def test_a_client_that_is_gone_frees_its_slot(prompt):
    """While it writes, and while it still reads a long prompt."""

    async def run():
        async with running(obtain(SMOLLM2), NAME, agents=1) as model, http_client(loopback=True) as client:
            upstream = LocalUpstream(HttpUpstream(model, client), "ada")
            request = {"model": NAME, "messages": [{"role": "user", "content": prompt}], "max_tokens": 3000}
            asking = asyncio.create_task(anext(aiter(upstream.chat(request))))
            await until_busy(client, model, True)
            asking.cancel()
            async with asyncio.timeout(4):  # reading the long prompt to its end would take twice as long
                await until_busy(client, model, False)

    asyncio.run(run())


async def until_busy(client: httpx.AsyncClient, model: Model, busy: bool) -> None:
    headers = {"authorization": f"Bearer {model.key}"}
    slots = model.base_url.replace("/v1", "/slots")
    while (await client.get(slots, headers=headers)).json()[0]["is_processing"] is not busy:
        await asyncio.sleep(0.01)


@pytest.mark.model
def test_it_is_silent_and_leaves_no_thread_in_the_way():
    code = """
import asyncio, massgen_hub_local, openai
from massgen_hub.contract import Model
async def run():
    async with massgen_hub_local.connect({"ada": Model(name="smollm2")}, lambda *_: None) as given:
        client = openai.AsyncOpenAI(base_url=given["ada"].base_url, api_key=given["ada"].key)
        message = {"role": "user", "content": "Hi"}
        await client.chat.completions.create(model="smollm2", messages=[message], max_tokens=2)
asyncio.run(run())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.model
def test_the_event_loop_goes_on_while_it_starts():
    async def run():
        longest, last = 0.0, time.perf_counter()
        starting = asyncio.create_task(started())
        while not starting.done():
            await asyncio.sleep(0.001)
            longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
        return longest, await starting

    async def started():
        began = time.perf_counter()
        async with running(path, NAME, agents=1):
            return time.perf_counter() - began

    path = obtain(SMOLLM2)
    longest, whole = asyncio.run(run())
    assert longest < whole / 2


def test_a_file_that_is_no_model_is_an_error(tmp_path):
    (tmp_path / "x.gguf").write_bytes(b"no model")
    with pytest.raises(ModelError, match="does not run here: Failed to init server"):
        start(tmp_path / "x.gguf")


def start(weights):
    async def run():
        async with running(weights, NAME, agents=1):
            pass

    asyncio.run(run())


def test_another_name_is_an_error_that_says_the_right_one():
    async def run():
        async with connect({"ada": Model(name="gpt-5")}, lambda _agent, _usage: None):
            pass

    with pytest.raises(ModelError, match="`ada` asks for `local/gpt-5`") as raised:
        asyncio.run(run())
    assert "local/smollm2" in raised.value.hint


@pytest.mark.parametrize(
    ("library", "why"),
    [
        ("raise ImportError('libgomp.so.1: cannot open shared object file')", "libgomp.so.1: cannot open"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "this processor lacks instructions"),
        ("import sys; sys.exit(3)", "ended with code 3"),
    ],
)
def test_a_machine_that_cannot_run_it_is_told_why_and_what_else_there_is(tmp_path, monkeypatch, library, why):
    (tmp_path / "xllamacpp.py").write_text(library)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ModelError, match=why) as raised:
        start(tmp_path / "no.gguf")
    assert "openai/" in raised.value.hint
    assert "ollama/" in raised.value.hint


@pytest.mark.model
@pytest.mark.skipif(sys.platform != "linux", reason="looks for the process in /proc")
def test_its_process_ends_when_the_hub_is_killed():
    code = """
import asyncio, os
from massgen_hub_local import connect
from massgen_hub.contract import Model
async def run():
    async with connect({"ada": Model(name="smollm2")}, lambda *_: None) as given:
        children = open(f"/proc/self/task/{os.getpid()}/children").read()
        print(children, flush=True)
        os.kill(os.getpid(), 9)
asyncio.run(run())
"""
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended(int(killed.stdout))


def ended(process: int) -> bool:
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    with os.fdopen(handle) as gone:
        return bool(select.select([gone], [], [], 5)[0])


def test_listing_the_plugin_imports_no_library():
    code = "import massgen_hub_local, sys; print({'xllamacpp', 'massgen_hub_gateway', 'httpx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
