"""From options to classic agents, pairs and groups of AG2."""

from __future__ import annotations

import re
from typing import Any

from autogen import AssistantAgent, ConversableAgent, LLMConfig, UserProxyAgent
from autogen.agentchat.group import ContextVariables
from autogen.agentchat.group.patterns import AutoPattern, ManualPattern, RandomPattern, RoundRobinPattern
from autogen.agentchat.group.patterns.pattern import Pattern
from autogen.code_utils import content_str
from autogen.tools import Tool
from massgen_hub.contract import Model, Setup
from massgen_hub.kit import models_of
from massgen_hub.targets import resolve

from . import executors
from .classic_model import llm_config
from .classic_turn import Later
from .options import Ag2Options, Group, Member, UserProxy
from .speech import without_ending

KINDS = {"assistant": AssistantAgent, "conversable": ConversableAgent}
PATTERNS: dict[str, type[Pattern]] = {
    "auto": AutoPattern,
    "manual": ManualPattern,
    "random": RandomPattern,
    "round_robin": RoundRobinPattern,
}
TOLD = ("system_message", "description", "max_consecutive_auto_reply", "human_input_mode", "default_auto_reply")


def built(options: Ag2Options, setup: Setup) -> Any:
    """The agent that the options describe; with a user proxy the two as a pair, and a group as a pattern.

    Raises `ConfigError` where there is no model, a tool is not found, or an executor's package is missing.
    """
    model = models_of(setup)
    for executor in options.executors:
        executors.check(executor)
    if options.group is not None:
        return _group(options.group, model, options)
    name = options.name or re.sub(r"[^a-zA-Z0-9_-]", "_", setup.agent)[:64]
    agent = _agent(options, name, llm_config(model, options.temperature, options.max_tokens))
    return (_asking(_proxy(options.user_proxy), options.user_proxy), agent) if options.user_proxy else agent


def _agent(told: Ag2Options | Member, name: str, config: LLMConfig) -> ConversableAgent:
    agent: ConversableAgent = KINDS[told.kind](name, llm_config=config, **_told(told))
    for tool in map(resolve, told.tools):
        named = {} if isinstance(tool, Tool) else {"name": tool.__name__, "description": tool.__doc__ or tool.__name__}
        agent.register_for_llm(**named)(tool)
    return agent


def _proxy(told: UserProxy) -> UserProxyAgent:
    return UserProxyAgent(told.name, is_termination_msg=_ends, **_told(told))


def _asking(agent: ConversableAgent, told: UserProxy) -> ConversableAgent:
    """An agent in the user's place: where it has nothing to say, the chat is over."""
    agent._default_auto_reply = told.default_auto_reply
    return agent


def _told(told: Ag2Options | Member | UserProxy) -> dict[str, Any]:
    code = told.code_execution_config
    said = told.model_dump(include=set(TOLD), exclude_none=True)
    return {**said, "code_execution_config": {"executor": Later(code.executor)} if code else False}


def _group(group: Group, model: Model, options: Ag2Options) -> Pattern:
    agents, user = {told.name: _member(told, model, options) for told in group.agents}, group.user_agent
    return PATTERNS[group.pattern](
        initial_agent=agents[group.initial_agent or group.agents[0].name],
        agents=[*agents.values()],
        user_agent=_asking(_member(user, model, options), user) if user else None,
        group_manager_args={
            "llm_config": llm_config(model, options.temperature, options.max_tokens),
            "is_termination_msg": _ends,
        },
        context_variables=ContextVariables(data=group.context_variables),
    )


def _member(told: Member, model: Model, options: Ag2Options) -> ConversableAgent:
    if told.kind == "user_proxy":
        return _proxy(told)
    temperature = options.temperature if told.temperature is None else told.temperature
    return _agent(told, told.name, llm_config(model, temperature, told.max_tokens or options.max_tokens))


def _ends(message: dict[str, Any]) -> bool:
    text = content_str(message.get("content"))
    return without_ending(text) != text
