"""What `agentscope.yaml` names: a function, and an agent that is made in Python."""

from agentscope.agent import Agent
from agentscope.credential import OpenAICredential
from agentscope.model import OpenAIChatModel
from agentscope.tool import FunctionTool, Toolkit


def add(x: int, y: int) -> int:
    """Add two numbers.

    Args:
        x: the first
        y: the second
    """
    return x + y


def careful(model):
    """An agent of AgentScope, which asks before it calls a tool."""
    chat = OpenAIChatModel(OpenAICredential(api_key=model.key, base_url=model.base_url), model.name)
    return Agent("careful", "You are a careful assistant.", chat, Toolkit([FunctionTool(add)]))
