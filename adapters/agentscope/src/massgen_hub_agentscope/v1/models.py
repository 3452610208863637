"""The models of an agent during a turn: heard, asked once, and where the agent decides offered the tools for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from copy import copy
from typing import Any

from agentscope.model import ChatModelBase, ChatResponse
from massgen_hub.kit import asked_once, refuses_tools

from .ballotbox import Ballotbox
from .hearing import Hearing


class HeardModel(ChatModelBase):
    """A model of the user's, whatever its class, over the same connections, whose client tries nothing again."""

    def __init__(self, model: ChatModelBase, hearing: Hearing, ballotbox: Ballotbox | None = None) -> None:
        self._model, self._hearing, self._ballotbox = copy(model), hearing, ballotbox
        if hasattr(model, "client"):
            self._model.client = asked_once(model.client)

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_model"), name)

    @property
    def stream(self) -> bool:
        """Agents switch it off for calls of their own."""
        return self._model.stream

    @stream.setter
    def stream(self, value: bool) -> None:
        self._model.stream = value

    async def __call__(self, *given: Any, **named: Any) -> Any:
        """One reply. What is asked for in a form, such as a better question to search with, is no part of the turn."""
        apart = named.get("structured_model") is not None
        ballotbox = None if apart else self._ballotbox
        response = await self._asked(ballotbox, *given, **named)
        if not isinstance(response, ChatResponse):
            return self._followed(response, ballotbox, apart)
        async for whole in self._followed(_alone(response), ballotbox, apart):
            response = whole
        return response

    async def _asked(self, ballotbox: Ballotbox | None, *given: Any, **named: Any) -> Any:
        """The response of the model. A server that refuses tools is asked for text."""
        if ballotbox is None or ballotbox.refused:
            return await self._model(*given, **named)
        try:
            return await self._model(*given, **ballotbox.demand(named))
        except Exception as failure:
            if not refuses_tools(failure):
                raise
            response = await self._model(*given, **named)
            ballotbox.refused = True
            return response

    async def _followed(self, responses: Any, ballotbox: Ballotbox | None, apart: bool) -> AsyncIterator[ChatResponse]:
        """The response as it grows: each holds all that came so far."""
        message, said, blocks, usage = object(), "", [], None
        async for response in responses:
            blocks, usage = response.content, response.usage
            if not apart:
                text = "".join(block["text"] for block in blocks if block["type"] == "text")
                self._hearing.voices.add(message, text[len(said) :])
                said = text
            yield ballotbox.emptied(response) if ballotbox else response
        if ballotbox:
            ballotbox.take(blocks)
        self._hearing.end(self._model.model_name, blocks, usage)


async def _alone(response: ChatResponse) -> AsyncIterator[ChatResponse]:
    yield response
