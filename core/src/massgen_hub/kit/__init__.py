"""What several adapters need. Standard library and the contract only, because a worker imports it early.

`decisions` native tools and the reply made of them · `speech` streaming · `threads` agents that block · `objects` the
user's own agents · `questions` approvals · `quotation` an agent's own code · `failures` passing and lasting ones
`tracebacks` where they come from
"""

from .decisions import as_json, as_text, decided, decision_tools
from .failures import PASSING_STATUS, causes, is_transient, retry_after, unfinished
from .objects import imported, models_of, refuse_idle, users_agent
from .questions import Approval, approval, ask
from .quotation import own_code
from .speech import Speech, Voices
from .threads import ThreadedHost, in_thread
from .tracebacks import traceback_of

__all__ = [
    "PASSING_STATUS",
    "Approval",
    "Speech",
    "ThreadedHost",
    "Voices",
    "approval",
    "as_json",
    "as_text",
    "ask",
    "causes",
    "decided",
    "decision_tools",
    "imported",
    "in_thread",
    "is_transient",
    "models_of",
    "own_code",
    "refuse_idle",
    "retry_after",
    "traceback_of",
    "unfinished",
    "users_agent",
]
