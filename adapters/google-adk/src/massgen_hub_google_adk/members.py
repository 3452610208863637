"""Who belongs to a group: agents, workflows, and what they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm
from google.adk.tools.base_toolset import BaseToolset
from google.adk.workflow import BaseNode, Workflow
from massgen_hub.kit import voter_named


def voter_of(root: BaseNode | None, name: str | None) -> LlmAgent | None:
    """The agent with a model that decides for a group: the one of that name, else the root, else the last in order.

    None where there is none: the group is asked as it is. Raises `ConfigError` where nobody has the name.
    """
    if name is None:
        return _last(root)
    return voter_named(name, {node.name: node for node in _members(root) if isinstance(node, LlmAgent)})


def toolsets(root: BaseNode | None) -> set[BaseToolset]:
    """The toolsets of all members."""
    tools = (tool for node in _members(root) for tool in getattr(node, "tools", ()))
    return {tool for tool in tools if isinstance(tool, BaseToolset)}


def model_of(agent: LlmAgent) -> str | BaseLlm:
    """The model that an agent names or holds, or inherits from those above it; empty: none does."""
    current: Any = agent
    while current is not None:
        if model := getattr(current, "model", None):
            return model  # type: ignore[no-any-return]
        current = current.parent_agent
    return ""


def _last(node: BaseNode | None) -> LlmAgent | None:
    """The last agent with a model, as those above it list their members."""
    if isinstance(node, LlmAgent):
        return node
    return next(filter(None, map(_last, reversed(_below(node)))), None)


def _members(root: BaseNode | None) -> Iterator[BaseNode]:
    """The root and all below it, each once."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node is not None and id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting += reversed(_below(node))


def _below(node: BaseNode | None) -> list[BaseNode]:
    if isinstance(node, Workflow):
        return list(node.graph.nodes) if node.graph else []
    return list(getattr(node, "sub_agents", ()))
