"""The HTTP client of an AG2 1.x agent. AG2 would make one for each call, and leave it to be closed by chance."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from openai import DefaultAsyncHttpxClient


class Connection:
    """Lends one client after the other, the same again where a turn went well."""

    def __init__(self) -> None:
        self._spare: DefaultAsyncHttpxClient | None = None

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[DefaultAsyncHttpxClient]:
        """A client for one turn. A turn that fails or is cancelled hangs up on its model."""
        client, self._spare = self._spare or DefaultAsyncHttpxClient(), None
        try:
            yield client
        except BaseException:
            await client.aclose()
            raise
        await self.close()
        self._spare = client

    async def close(self) -> None:
        """Close the spare client."""
        if self._spare is not None:
            await self._spare.aclose()
            self._spare = None
