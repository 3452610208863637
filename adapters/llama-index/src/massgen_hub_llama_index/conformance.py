"""The promises of every adapter, for each kind of agent that this one opens."""

import contextlib
import io
import json
from typing import Any, ClassVar

from llama_index.core.agent.workflow import AgentWorkflow, CodeActAgent, FunctionAgent, ReActAgent
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike
from massgen_hub.contract import Model
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script, call, in_turn, say
from workflows import Context, Workflow, step
from workflows.events import HumanResponseEvent, InputRequiredEvent, StartEvent, StopEvent

from . import ADAPTER

HERE = __name__


class LlamaIndexContract(AdapterContract):
    """What all kinds share."""

    adapter = ADAPTER
    framework_modules = ("llama_index", "workflows", "openai", "mcp")


class TestFromOptions(LlamaIndexContract):
    options: ClassVar = {"system_message": "Be brief.", "tools": [ADD, FAIL]}
    capabilities = ("tools",)


class TestInReActsWords(LlamaIndexContract):
    """With the tools of an MCP server."""

    options: ClassVar = {
        "kind": "react",
        "tools": [FAIL],
        "mcp_servers": [{"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}],
    }
    capabilities = ("tools", "mcp")

    def uses(self, tool: str, arguments: Any, then: str) -> Script:
        acts = f"Thought: I need it.\nAction: {tool}\nAction Input: {json.dumps(arguments)}"
        return in_turn(say(acts), then=self.says(then))


class TestOfOnesOwn(LlamaIndexContract):
    """With a model of its own, a tool that asks a person, and a form for its answer."""

    target = f"{HERE}:careful"
    capabilities = ("human", "structured")
    answers = ("yes",)


class TestATeam(LlamaIndexContract):
    """One of its members runs code."""

    target = f"{HERE}:team"
    capabilities = ("group", "code")

    def discusses(self, first: str, last: str) -> Script:
        return in_turn(call("handoff", {"to_agent": "critic", "reason": first}), then=self.says(last))

    def codes(self, code: str, then: str) -> Script:
        handoff = call("handoff", {"to_agent": "coder", "reason": "It takes code."})
        return in_turn(handoff, say(f"<execute>\n{code}\n</execute>"), then=self.says(then))


class TestAWorkflow(LlamaIndexContract):
    target = f"{HERE}:flow"
    options: ClassVar = {"input": "question", "voter": "llm"}
    capabilities = ("human", "group")
    answers = ("Go on.",)

    def asks(self, then: str) -> Script:
        return in_turn(say("What do you say?"), then=self.says(then))

    def discusses(self, first: str, last: str) -> Script:
        return in_turn(say(f"{first} Check it."), then=self.says(last))


# Agents as users write them.


def chat(model: Model) -> OpenAILike:
    return OpenAILike(
        model=model.name,
        api_base=model.base_url,
        api_key=model.key,
        is_chat_model=True,
        is_function_calling_model=True,
    )


async def ask_before(ctx: Context, x: int, y: int) -> int:
    """Add two numbers, if a person agrees."""
    said = await ctx.wait_for_event(HumanResponseEvent, waiter_event=InputRequiredEvent(prefix=f"Add {x} and {y}?"))
    return x + y if said.response == "yes" else 0


def form(messages: list[ChatMessage]) -> dict[str, Any]:
    """A form for answers that are JSON; most promises are about prose."""
    try:
        return dict(json.loads(messages[-1].content or ""))
    except ValueError:
        return {}


def careful(model: Model) -> FunctionAgent:
    tools = [FunctionTool.from_defaults(ask_before, name="add")]
    return FunctionAgent(llm=chat(model), tools=tools, structured_output_fn=form)


def run_python(code: str) -> str:
    """What the code prints."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, {})  # noqa: S102 - it is what such agents are for
    return printed.getvalue()


def team(model: Model) -> AgentWorkflow:
    llm = chat(model)
    writer = FunctionAgent(name="writer", description="Writes.", llm=llm)
    critic = ReActAgent(name="critic", description="Judges.", llm=llm)
    coder = CodeActAgent(name="coder", description="Runs code.", llm=llm, code_execute_fn=run_python)
    return AgentWorkflow(agents=[writer, critic, coder], root_agent="writer")


class Checked(Workflow):
    """Asks its model, once more where it wants to be checked, and a person where it asks."""

    def __init__(self, llm: Any) -> None:
        super().__init__(timeout=None)
        self.llm = llm

    @step
    async def answer(self, ctx: Context, event: StartEvent) -> InputRequiredEvent | StopEvent:
        await ctx.store.set("question", event.question)
        said = (await self.llm.acomplete(event.question)).text
        if said.endswith("Check it."):
            said = (await self.llm.acomplete(said)).text
        return InputRequiredEvent(prefix=said) if said.endswith("?") else StopEvent(result=said)

    @step
    async def go_on(self, ctx: Context, event: HumanResponseEvent) -> StopEvent:
        question = await ctx.store.get("question")
        said = await self.llm.achat([ChatMessage(content=question), ChatMessage(content=event.response)])
        return StopEvent(result=said)


def flow(model: Model) -> Checked:
    return Checked(chat(model))
