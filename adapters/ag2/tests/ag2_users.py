"""Agents and groups as users of AG2 write them: at the top of a module, with functions that name them."""

from typing import Any

from autogen import ConversableAgent, GroupChat, GroupChatManager, LLMConfig, UserProxyAgent
from autogen.agentchat.group import ContextVariables, ReplyResult


def config(server: Any, model: str) -> LLMConfig:
    return LLMConfig({"model": model, "api_key": "x", "base_url": server.base_url})


def agent(server: Any, name: str, **more: Any) -> ConversableAgent:
    """An agent whose model has its name."""
    settings = {"system_message": f"You are {name}.", "human_input_mode": "NEVER", **more}
    return ConversableAgent(name, llm_config=config(server, name), **settings)


def proxy(name: str = "user", **more: Any) -> UserProxyAgent:
    settings = {"human_input_mode": "NEVER", "code_execution_config": False, **more}
    return UserProxyAgent(name, **settings)


def manager(server: Any, agents: list[Any], **more: Any) -> GroupChatManager:
    """A group that goes round, unless it is told otherwise; its manager has the model `manager`."""
    chat = GroupChat(agents, **{"speaker_selection_method": "round_robin", "max_round": 3, **more})
    ends = lambda message: "TERMINATE" in (message.get("content") or "")  # noqa: E731 - as users write it
    return GroupChatManager(chat, llm_config=config(server, "manager"), is_termination_msg=ends)


planner = ConversableAgent("planner", llm_config=False, human_input_mode="NEVER")
writer = ConversableAgent("writer", llm_config=False, human_input_mode="NEVER")


def planner_first(last_speaker: Any, chat: GroupChat) -> Any:
    """Who speaks next: the planner, the writer, and nobody."""
    if last_speaker is planner:
        return next(one for one in chat.agents if one is writer)
    return None if last_speaker is writer else planner


def note_down(city: str, context_variables: ContextVariables) -> ReplyResult:
    """Note the city."""
    context_variables["cities"].append(city)
    return ReplyResult(message=f"noted {context_variables['cities']}", context_variables=context_variables)
