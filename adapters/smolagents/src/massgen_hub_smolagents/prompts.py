"""Prompts short enough for a model with 2,000 tokens of context. smolagents' own take 3,000 to 9,000 characters."""

from __future__ import annotations

from typing import Any

TOOL_CALLING = """\
Solve the task. Every reply is one tool call, and its result comes back to you.
When you know the answer, call final_answer: only what you give it counts.
{%- if custom_instructions %}
{{ custom_instructions }}
{%- endif %}"""

CODE = """\
Solve the task with Python. Every reply is one short thought, then code:
{{ code_block_opening_tag }}
final_answer("...")
{{ code_block_closing_tag }}
What it prints comes back to you, and variables stay.
When you know the answer, call final_answer with it: only that counts.
Importable: {{ authorized_imports }}
{%- for tool in tools.values() %}
{{ tool.to_code_prompt() }}
{%- endfor %}
{%- for agent in managed_agents.values() %}
def {{ agent.name }}(task: str):
    \"""{{ agent.description }}\"""
{%- endfor %}
{%- if custom_instructions %}
{{ custom_instructions }}
{%- endif %}"""

OTHERS: dict[str, Any] = {
    "final_answer": {
        "pre_messages": "Answer the task from these notes.",
        "post_messages": "There are no steps left. Reply with the answer as plain text.",
    },
    "planning": {
        "initial_plan": "{{ task }}\n\nDo not solve it yet: plan it in a few short lines, then write <end_plan>.",
        "update_plan_pre_messages": "These are notes on a task: {{ task }}",
        "update_plan_post_messages": "Plan the next {{ remaining_steps }} steps in short lines, then write <end_plan>.",
    },
    "managed_agent": {"task": "{{ task }}", "report": "{{ final_answer }}"},
}


def short(system_prompt: str) -> dict[str, Any]:
    """Prompt templates for all that an agent may do."""
    return {"system_prompt": system_prompt, **OTHERS}
