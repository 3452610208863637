"""A tool for agents of any framework, and a function that makes a LangGraph agent with it."""

from typing import Any

from massgen_hub import Model


def multiply(x: int, y: int) -> int:
    """Multiply two numbers.

    Args:
        x: the first
        y: the second
    """
    return x * y


def calculator(model: Model, tools: list[Any]) -> Any:
    """A graph that answers with its tool; for a vote the hub gives it more."""
    from langchain.agents import create_agent
    from langchain_openai import ChatOpenAI

    chat = ChatOpenAI(model=model.name, base_url=model.base_url or None, api_key=model.key, max_retries=0)
    return create_agent(chat, tools=[multiply, *tools], system_prompt="Calculate with your tool.")
