"""What an agent waits for, put to a person."""

from __future__ import annotations

from typing import Any

from google.adk.auth import AuthConfig
from google.genai import types
from massgen_hub.contract import JSON, Host, Question
from massgen_hub.errors import TurnError
from massgen_hub.kit import approval, ask

FOR_PROGRAMS = "by responding with a FunctionResponse"
"""What ADK says where the user wrote no hint."""


async def answered(call: types.FunctionCall, host: Host) -> types.Part:
    """The answer to a call that nobody has answered. Raises `NotAvailable` where nobody does."""
    given: dict[str, Any] = call.args or {}
    match call.name:
        case "adk_request_confirmation":
            response = await _confirmed(given, host)
        case "adk_request_input":
            said = await ask(host, Question(text=given.get("message") or "The agent asks.", data=given))
            response = {"result": said}
        case "adk_request_credential":
            response = await _granted(given, host)
        case name:
            text = f"`{name}` was called and gave no result yet. What is it?"
            response = {"result": await ask(host, Question(text=text, data={"name": name, "args": given}))}
    return types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name, response=response))


async def _confirmed(given: dict[str, Any], host: Host) -> dict[str, JSON]:
    call, asked = given["originalFunctionCall"], given.get("toolConfirmation") or {}
    hint = asked.get("hint") or ""
    answer = await approval(host, call["name"], call.get("args") or {}, "" if FOR_PROGRAMS in hint else hint)
    return {"confirmed": answer.given, "payload": asked.get("payload") if answer.given else answer.reason or None}


async def _granted(given: dict[str, Any], host: Host) -> dict[str, JSON]:
    config = AuthConfig.model_validate(given["authConfig"])
    credential = config.exchanged_auth_credential
    grant = credential.oauth2 if credential else None
    if grant is None or not grant.auth_uri:
        raise TurnError("a tool asks for credentials", hint="give them where the tool is made")
    text = f"A tool needs access. Open {grant.auth_uri} and give the address that you are led to."
    grant.auth_response_uri = await ask(host, Question(text=text))
    return config.model_dump(mode="json", by_alias=True, exclude_none=True)
