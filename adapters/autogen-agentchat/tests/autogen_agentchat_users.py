"""Agents and teams as users write them."""

from __future__ import annotations

import json
import warnings

from autogen_agentchat.agents import AssistantAgent, CodeExecutorAgent, SocietyOfMindAgent, UserProxyAgent
from autogen_agentchat.conditions import MaxMessageTermination, TextMentionTermination
from autogen_agentchat.teams import (
    DiGraphBuilder,
    GraphFlow,
    MagenticOneGroupChat,
    RoundRobinGroupChat,
    SelectorGroupChat,
)
from autogen_ext.code_executors.local import LocalCommandLineCodeExecutor
from autogen_ext.models.openai import OpenAIChatCompletionClient

INFO = {"vision": False, "function_calling": True, "json_output": True, "structured_output": True, "family": "unknown"}
not_a_tool = 3


def client(model, name="", **more):
    return OpenAIChatCompletionClient(
        model=name or model.name, base_url=model.base_url, api_key=model.key, model_info=INFO, **more
    )


def unannotated(x):
    return x


def expert(model, **more):
    return AssistantAgent("expert", client(model), system_message="You know.", **more)


def writer_and_critic(model, **more):
    """The example of AutoGen's documentation, in which the critic has the last word."""
    writer = AssistantAgent("writer", client(model, "writer"), system_message="Write.")
    critic = AssistantAgent("critic", client(model, "critic"), system_message="Say APPROVE in the end.")
    ends = TextMentionTermination("APPROVE") | MaxMessageTermination(6)
    return RoundRobinGroupChat([writer, critic], termination_condition=ends, **more)


def endless(model):
    return RoundRobinGroupChat([expert(model)])


def selector(model):
    members = [AssistantAgent(name, client(model, name), description=name) for name in ("left", "right")]
    return SelectorGroupChat(members, client(model, "chooser"), max_turns=1)


def magentic(model):
    members = [AssistantAgent("helper", client(model, "helper"))]
    return MagenticOneGroupChat(members, client(model, "orchestrator"), max_turns=3)


def ledger(*, done):
    fields = {
        "is_request_satisfied": done,
        "is_in_loop": False,
        "is_progress_being_made": True,
        "next_speaker": "helper",
        "instruction_or_question": "Name it.",
    }
    return json.dumps({name: {"reason": "r", "answer": value} for name, value in fields.items()})


def graph(model):
    """Two who answer at the same time, and one who reads both."""
    left, right, last = (AssistantAgent(name, client(model, name)) for name in ("left", "right", "last"))
    builder = DiGraphBuilder().add_node(left).add_node(right).add_node(last)
    built = builder.add_edge(left, last).add_edge(right, last)
    return GraphFlow([left, right, last], graph=built.build())


def society(model):
    inner = RoundRobinGroupChat([AssistantAgent("inner", client(model, "inner"))], max_turns=1)
    return SocietyOfMindAgent("society", inner, client(model, "outer"))


def coder(model):
    with warnings.catch_warnings(action="ignore"):
        return CodeExecutorAgent("coder", LocalCommandLineCodeExecutor(timeout=600), model_client=client(model))


def with_a_terminal(model):
    """One who writes code, and one who only runs it."""
    with warnings.catch_warnings(action="ignore"):
        terminal = CodeExecutorAgent("terminal", LocalCommandLineCodeExecutor(timeout=30))
    return RoundRobinGroupChat([AssistantAgent("coder", client(model)), terminal], max_turns=2)


def with_a_person(model):
    members = [AssistantAgent("asker", client(model)), UserProxyAgent("person")]
    return RoundRobinGroupChat(members, max_turns=3)


def person(model):
    return UserProxyAgent("person")
