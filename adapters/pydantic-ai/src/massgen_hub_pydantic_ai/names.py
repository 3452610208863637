"""Names of models: they stay names until the hub knows which model it is.

`Agent("openai:gpt-5")` looks for a key while the user's module is imported, where a worker has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

_hubs: ContextVar[Any] = ContextVar("massgen_hub_pydantic_ai_model", default=None)


def keep_names() -> None:
    """Let agents that are made from now on look for their models when they run. In a turn that is with the hub's model,
    also for agents that are tools of another."""
    from pydantic_ai import Agent, models

    if not hasattr(models.infer_model, "asks_the_hub"):
        Agent.__init__ = _deferring(Agent.__init__)  # type: ignore[method-assign]
        models.infer_model = _asking(models.infer_model)


@contextmanager
def meaning(model: Any) -> Iterator[None]:
    """Within it, any name is that of this model; None: names are what they are."""
    token = _hubs.set(model)
    try:
        yield
    finally:
        _hubs.reset(token)


def _deferring(init: Any) -> Any:
    @wraps(init)
    def __init__(self: Any, *args: Any, **settings: Any) -> None:  # noqa: N807
        init(self, *args, **settings | {"defer_model_check": True})

    return __init__


def _asking(infer: Any) -> Any:
    @wraps(infer)
    def infer_model(model: Any, *args: Any, **settings: Any) -> Any:
        hubs = _hubs.get() if isinstance(model, str) else None
        return infer(model, *args, **settings) if hubs is None else hubs

    infer_model.asks_the_hub = True  # type: ignore[attr-defined]
    return infer_model
