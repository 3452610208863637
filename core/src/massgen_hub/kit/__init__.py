"""What several adapters need. Standard library and the contract only, because a worker imports it early.

`decisions` native tools and the reply made of them · `speech` streaming · `calls` tools, `usage` tokens · `threads`
agents that block · `objects` the user's own agents · `naming` tools and voters that options name · `clients` of models
`questions` approvals · `quotation` an agent's own code · `failures` passing and lasting ones, `tracebacks` where they
come from
"""

from .calls import ToolCalls
from .clients import asked_once, openai_client, shared_tls
from .decisions import as_json, as_said, as_text, decided, decision_tools
from .failures import PASSING_STATUS, causes, described, is_transient, refuses_tools, retry_after, unfinished
from .guards import guard_environment
from .naming import tool_named, voter_named
from .objects import imported, models_of, refuse_idle, users_agent, users_agent_awaited
from .questions import Approval, approval, ask
from .quotation import own_code
from .speech import Speech, Voices
from .threads import ThreadedHost, in_thread
from .tracebacks import traceback_of
from .usage import usage_of

__all__ = [
    "PASSING_STATUS",
    "Approval",
    "Speech",
    "ThreadedHost",
    "ToolCalls",
    "Voices",
    "approval",
    "as_json",
    "as_said",
    "as_text",
    "ask",
    "asked_once",
    "causes",
    "decided",
    "decision_tools",
    "described",
    "guard_environment",
    "imported",
    "in_thread",
    "is_transient",
    "models_of",
    "openai_client",
    "own_code",
    "refuse_idle",
    "refuses_tools",
    "retry_after",
    "shared_tls",
    "tool_named",
    "traceback_of",
    "unfinished",
    "usage_of",
    "users_agent",
    "users_agent_awaited",
    "voter_named",
]
