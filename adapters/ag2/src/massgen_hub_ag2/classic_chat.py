"""One conversation with a classic agent, in which the user's object stays as it is."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from autogen import ConversableAgent, OpenAIWrapper, UserProxyAgent
from autogen.agentchat.group.context_variables import ContextVariables
from autogen.code_utils import content_str

from .executors import OwnCode
from .speech import without_ending

RUNS_WHAT_IT_READS = (
    ConversableAgent._generate_code_execution_reply_using_executor,
    ConversableAgent.generate_code_execution_reply,
)
"""Replies by which an agent with an executor runs the code of whoever wrote to it."""


def view(agent: ConversableAgent, client: OpenAIWrapper | None) -> ConversableAgent:
    """The agent with a conversation and a client of its own; everything else is shared, and only read.

    It never runs what it reads, and no word in a message to it ends the chat.
    """
    seen = copy.copy(agent)
    seen.client = client or agent.client
    seen._oai_messages = defaultdict(list)
    seen._oai_system_message = [dict(message) for message in agent._oai_system_message]
    seen._consecutive_auto_reply_counter = defaultdict(int)
    seen._max_consecutive_auto_reply_dict = defaultdict(seen.max_consecutive_auto_reply)
    seen._human_input = []
    seen.reply_at_receive = defaultdict(bool)
    seen.context_variables = ContextVariables(data=dict(agent.context_variables.data))
    seen._reply_func_list = [one for one in agent._reply_func_list if one["reply_func"] not in RUNS_WHAT_IT_READS]
    seen._is_termination_msg = lambda _message: False
    return seen


def partner(agent: ConversableAgent, code: OwnCode | None) -> UserProxyAgent:
    """Who talks to the agent in the hub's name: runs its code and its tools, and falls silent when there are none."""
    proxy = UserProxyAgent(
        "user" if agent.name != "user" else "hub",
        human_input_mode="NEVER",
        is_termination_msg=agent._is_termination_msg,
        code_execution_config={"executor": code, "last_n_messages": 1} if code else False,
        function_map=agent.function_map,
        default_auto_reply=None,
    )
    for tool in agent.tools:
        if tool.name not in proxy.function_map:
            proxy.register_for_execution()(tool)
    return proxy


def last_words(history: Iterable[Mapping[str, Any]]) -> str:
    """The last thing that the agent said, in the history of its partner; empty where it said nothing."""
    said = [message for message in history if message["role"] == "user" or message.get("tool_calls")]
    texts = [without_ending(content_str(message.get("content"))) for message in said]
    return next((text for text in reversed(texts) if text), "")
