"""What users write: tools, agents and workflows, as a config names them."""

import asyncio
from typing import Any

from llama_index.core.agent.workflow import AgentWorkflow, CodeActAgent, FunctionAgent, ReActAgent
from llama_index.core.llms import ChatMessage
from llama_index.core.memory import ChatMemoryBuffer, FactExtractionMemoryBlock, Memory
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike
from massgen_hub.contract import Model
from pydantic import BaseModel
from workflows import Context, Workflow, step
from workflows.events import Event, HumanResponseEvent, InputRequiredEvent, StartEvent, StopEvent


def add(x: int, y: int) -> int:
    """Add two numbers."""
    return x + y


def divide() -> float:
    """Divide one by zero."""
    return 1 / 0


doubled = FunctionTool.from_defaults(lambda x: 2 * x, name="double", description="Double a number.")
number = 7


def untold(*, x) -> int:
    return x


class City(BaseModel):
    """A form for an answer."""

    name: str
    people: int


def chat(model: Model, **settings: Any) -> OpenAILike:
    """A model as the documentation makes it: it would try three times, and tells no usage of what it streams."""
    place = {"api_base": model.base_url, "api_key": model.key, "is_chat_model": True, "is_function_calling_model": True}
    return OpenAILike(model=model.name, **{**place, **settings})


def run_python(code: str) -> str:
    """Tell that it ran."""
    return f"ran {code}"


def team(model: Model) -> AgentWorkflow:
    """Three members, of whom the first hands off."""
    llm = chat(model)
    first = FunctionAgent(name="first", description="Begins.", llm=llm, system_prompt="I am first.")
    second = FunctionAgent(name="second", description="Ends.", llm=llm, system_prompt="I am second.", tools=[add])
    coder = CodeActAgent(name="coder", description="Codes.", llm=llm, code_execute_fn=run_python)
    return AgentWorkflow(agents=[first, second, coder], root_agent="first", initial_state={"n": 1})


class Flow(Workflow):
    """A workflow of one step, `work`, around a model."""

    def __init__(self, llm: Any, **settings: Any) -> None:
        super().__init__(timeout=None, **settings)
        self.llm = llm

    async def work(self, ctx: Context, question: str) -> Any:
        """What becomes of a question."""
        return (await self.llm.acomplete(question)).text

    @step
    async def go(self, ctx: Context, event: StartEvent) -> StopEvent:
        """The step."""
        return StopEvent(result=await self.work(ctx, event.user_msg))


class Remembering(Flow):
    """Keeps its history, and what else it knows, on itself."""

    def __init__(self, llm: Any) -> None:
        super().__init__(llm)
        self.memory = ChatMemoryBuffer.from_defaults(token_limit=1000, tokenizer_fn=lambda _text: [])
        self.seen: list[str] = []

    async def work(self, ctx: Context, question: str) -> str:
        self.seen.append(question)
        self.memory.put(ChatMessage(content=question))
        return (await self.llm.achat(self.memory.get())).message.content


class Conversing(Flow):
    """Keeps its history as LlamaIndex would have it now, with what it knows beside it."""

    def __init__(self, llm: Any) -> None:
        super().__init__(llm)
        facts = FactExtractionMemoryBlock(llm=llm, facts=["It rains."])
        self.memory = Memory.from_defaults(token_limit=1000, memory_blocks=[facts], tokenizer_fn=lambda _text: [])

    async def work(self, ctx: Context, question: str) -> str:
        await self.memory.aput(ChatMessage(content=question))
        self.memory.memory_blocks[0].facts.append(question)
        return (await self.llm.achat(await self.memory.aget())).message.content


class Twice(Flow):
    """Hears two replies at the same time."""

    async def work(self, ctx: Context, question: str) -> str:
        streams = [await self.llm.astream_complete(question) for _ in range(2)]
        for pieces in [[piece async for piece in stream] for stream in streams]:
            said = pieces[-1].text
        return f"{said} {said}"


class News(Event):
    """Tells how far it is."""

    done: int


class Telling(Flow):
    """Tells news of its own."""

    async def work(self, ctx: Context, question: str) -> str:
        ctx.write_event_to_stream(News(done=1, of=2))
        return "Paris."


class Holding(Flow):
    """Holds an agent that it runs."""

    def __init__(self, agent: Any) -> None:
        super().__init__(agent.llm)
        self.agent = agent

    async def work(self, ctx: Context, question: str) -> Any:
        return await self.agent.run(user_msg=question)


class Asked(StartEvent):
    """A start event with one field."""

    question: str


class Approve(InputRequiredEvent):
    """Wants a yes or a no."""

    what: str


class Approval(HumanResponseEvent):
    """Says yes or no."""

    what: str
    given: bool


class Approved(Workflow):
    """Asks with events of its own."""

    @step
    async def ask(self, event: Asked) -> Approve:
        """Ask."""
        return Approve(what=event.question)

    @step
    async def end(self, event: Approval) -> StopEvent:
        """End."""
        return StopEvent(result={"what": event.what, "given": event.given})


class Joking(Workflow):
    """Reads what nobody declared."""

    @step
    async def tell(self, event: StartEvent) -> StopEvent:
        """Tell it."""
        return StopEvent(result=f"A joke about {event.topic}.")


def planner(model: Model) -> Workflow:
    """What it is made of stands in its class."""

    class Planner(Workflow):
        llm = chat(model, max_retries=3)
        agents = {"writer": FunctionAgent(name="writer", llm=llm)}  # noqa: RUF012 - as in the documentation
        seen: list[str] = []  # noqa: RUF012

        @step
        async def go(self, event: StartEvent) -> StopEvent:
            self.seen.append(event.user_msg)
            said = await self.agents["writer"].run(user_msg=event.user_msg)
            return StopEvent(result=f"{said} {len(self.seen)}")

    return Planner(timeout=None)


async def order(ctx: Context, what: str) -> str:
    """Order something, if a person agrees."""
    wanted = InputRequiredEvent(prefix="May I?", what=what)
    said = await ctx.wait_for_event(
        HumanResponseEvent, waiter_id=what, waiter_event=wanted, requirements={"what": what}
    )
    return f"{what}: {said.response}"


def letter(prompt: str) -> dict[str, str]:
    """The prompt as the start event wants it."""
    return {"question": f"Dear: {prompt}"}


def whole(turn: Any) -> Asked:
    """The turn as a start event."""
    return Asked(question=f"{turn.kind} in round {turn.round}")


def given(result: dict[str, Any]) -> Any:
    """The answer in a result."""
    return result["what"]


def assistant(llm: Any) -> FunctionAgent:
    """On the model of the entry, ready made."""
    return FunctionAgent(llm=llm, tools=[add])


async def late(llm: Any) -> FunctionAgent:
    """It is ready later."""
    loop = asyncio.get_running_loop()

    async def same_loop() -> bool:
        """Whether it runs where it was made."""
        return asyncio.get_running_loop() is loop

    return FunctionAgent(llm=llm, tools=[same_loop])


async def too_late(llm: Any) -> FunctionAgent:
    """It is never ready."""
    raise LookupError("no server")


def reasoner(model: Model) -> ReActAgent:
    """It speaks ReAct."""
    return ReActAgent(llm=chat(model), tools=[add])
