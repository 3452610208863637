"""Agents of the OpenAI Agents SDK as they are written without a hub: none of them names a model."""

from agents import Agent


def percent(part: float, whole: float) -> float:
    """Take `part` percent of `whole`."""
    return part * whole / 100


accountant = Agent(name="accountant", instructions="You work with numbers. Answer in one sentence.")
writer = Agent(name="writer", instructions="You work with words. Answer in one sentence.")
desk = Agent(
    name="desk",
    instructions="Hand off to the accountant what is about numbers, and to the writer what is about words.",
    handoffs=[accountant, writer],
)
