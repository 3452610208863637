"""Errors as the API of OpenAI sends them."""

from __future__ import annotations

from collections.abc import Mapping

from massgen_hub.contract import JSON
from massgen_hub.errors import ModelError


class ApiError(ModelError):
    """A call was refused or failed. `status`, `body` and `headers` are what the client is sent."""

    def __init__(self, status: int, body: Mapping[str, JSON], *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(body["error"].get("message", "the call failed")))
        self.status, self.body, self.headers = status, body, dict(headers or {})


def api_error(status: int, message: str, kind: str) -> ApiError:
    """An error in our own words. `kind` is the `type` that a program can tell it by."""
    return ApiError(status, {"error": {"message": message, "type": kind, "param": None, "code": None}})
