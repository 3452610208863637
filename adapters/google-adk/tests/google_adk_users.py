"""What users write: tools, agents, workflows and what belongs to them, as a config names them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from fastapi.openapi.models import OAuth2, OAuthFlowAuthorizationCode, OAuthFlows
from google.adk.agents import BaseAgent, LlmAgent, LoopAgent, ParallelAgent, SequentialAgent
from google.adk.apps import App
from google.adk.auth import AuthConfig, AuthCredential, AuthCredentialTypes, OAuth2Auth
from google.adk.code_executors import UnsafeLocalCodeExecutor
from google.adk.events import Event, RequestInput
from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.adk.plugins.base_plugin import BasePlugin
from google.adk.tools import FunctionTool, ToolContext, exit_loop
from google.adk.tools.agent_tool import AgentTool
from google.adk.tools.long_running_tool import LongRunningFunctionTool
from google.adk.workflow import START, Workflow, node
from google.genai import types
from massgen_hub.contract import Model
from pydantic import BaseModel


def add(x: int, y: int) -> int:
    """Add two numbers."""
    return x + y


def divide() -> float:
    """Divide one by zero."""
    return 1 / 0


def counted(tool_context: ToolContext) -> int:
    """Take a paper from the desk; how many are left."""
    tool_context.state["papers"] = tool_context.state.get("papers", 0) - 1
    return tool_context.state["papers"]


class Odd:
    """A type that has no JSON."""


def unclear(what: Odd) -> int:
    """ADK cannot describe its parameter."""
    return id(what)


number = 7


def delete(path: str) -> str:
    """Delete a file."""
    return f"deleted {path}"


def measure(what: str) -> None:
    """Start to measure, which takes hours."""


class City(BaseModel):
    """An output that is no text."""

    name: str


class Parrot(BaseLlm):
    """A model of the user's own."""

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """The name of the model, which tells who was asked."""
        yield LlmResponse(content=types.ModelContent(self.model), partial=False)


class Clerk(BaseAgent):
    """An agent that runs without a model."""

    async def _run_async_impl(self, ctx: Any) -> AsyncGenerator[Event, None]:
        yield Event(author=self.name, content=types.ModelContent("Stamped."))


class Blocking(BaseLlm):
    """A model that says nothing, for reasons of its own."""

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """A reply as Gemini gives it."""
        yield LlmResponse(error_code="SAFETY", error_message="it is about weapons")


def agent(name: str, **about: Any) -> LlmAgent:
    """An agent that names no model."""
    return LlmAgent(name=name, description=f"The {name}.", **about)


def pair() -> list[Any]:
    """Two agents, of which the second has the last word."""
    return [agent("writer"), agent("editor")]


expert = agent("expert")
front = agent("front", sub_agents=[agent("colleague")])
desk = agent("desk", tools=[add])
manager = agent("manager", tools=[AgentTool(agent("inner", tools=[add]))])
careful = agent("careful", tools=[FunctionTool(delete, require_confirmation=True)])
patient = agent("patient", tools=[LongRunningFunctionTool(measure)])
coder = agent("coder", code_executor=UnsafeLocalCodeExecutor())
clerk = Clerk(name="clerk")
line = SequentialAgent(name="line", sub_agents=pair())
twins = ParallelAgent(name="twins", sub_agents=pair())
rounds = LoopAgent(name="rounds", max_iterations=3, sub_agents=[agent("writer"), agent("critic", tools=[exit_loop])])
careful_line = SequentialAgent(
    name="careful_line",
    sub_agents=[agent("deleter", tools=[FunctionTool(delete, require_confirmation=True)]), agent("editor")],
)

pipeline = SequentialAgent(
    name="pipeline",
    sub_agents=[
        agent("writer", instruction="Write it.", output_key="draft"),
        agent("editor", instruction='Edit {draft} of { artifact.cover } for {user:name?} as {"a": 1}.'),
    ],
)


def shout(node_input: str) -> str:
    """A node without a model."""
    return node_input.upper()


def which(node_input: str) -> Any:
    """A node that asks."""
    yield RequestInput(message="Which city?", interrupt_id="city")


async def hire(ctx: Any, node_input: str) -> Any:
    """A node that makes its agent while it runs."""
    return await ctx.run_node(agent("hired"), node_input=node_input)


loud = Workflow(name="loud", edges=[(START, agent("writer"), shout)])
asking = Workflow(name="asking", edges=[(START, which, agent("writer"))])
hiring = Workflow(name="hiring", edges=[(START, node(hire, rerun_on_resume=True))])


class Watching(BasePlugin):
    """A plugin of the user's own."""

    def __init__(self) -> None:
        super().__init__("watching")
        self.asked: list[str] = []

    async def before_model_callback(self, *, llm_request: LlmRequest, **_about: Any) -> None:
        """Remember who is asked."""
        self.asked.append(llm_request.model or "")


watching = Watching()
app = App(name="office", root_agent=agent("worker"), plugins=[watching])


def own(model: Model) -> LlmAgent:
    """A factory that takes the entry's model."""
    return agent("own", model=Parrot(model=f"own {model.name}"))


async def late() -> LlmAgent:
    """It is ready later."""
    return agent("late")


ACCESS = AuthConfig(
    auth_scheme=OAuth2(
        flows=OAuthFlows(
            authorizationCode=OAuthFlowAuthorizationCode(
                authorizationUrl="https://example.org/auth", tokenUrl="https://127.0.0.1:1/token"
            )
        )
    ),
    raw_auth_credential=AuthCredential(
        auth_type=AuthCredentialTypes.OAUTH2,
        oauth2=OAuth2Auth(client_id="hub", client_secret="quiet", redirect_uri="https://example.org/back"),
    ),
)


def read_mail(tool_context: ToolContext) -> str | None:
    """Read the mail."""
    granted = tool_context.get_auth_response(ACCESS)
    if granted is None:
        tool_context.request_credential(ACCESS)
        return None
    return f"read with {granted.oauth2.auth_response_uri}"


secretary = agent("secretary", tools=[read_mail])
