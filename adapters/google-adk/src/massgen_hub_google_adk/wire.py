"""From ADK's requests, which have the form of Gemini's, to Chat Completions."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any

from google.adk.models import LlmRequest
from google.genai import types
from massgen_hub.contract import JSON
from massgen_hub.kit import as_json, as_text
from pydantic import TypeAdapter

SAMPLING = {
    "temperature": "temperature",
    "top_p": "top_p",
    "max_output_tokens": "max_tokens",
    "stop_sequences": "stop",
    "seed": "seed",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
}
CHOICES = {types.FunctionCallingConfigMode.ANY: "required", types.FunctionCallingConfigMode.NONE: "none"}

Message = dict[str, JSON]


def messages(request: LlmRequest) -> list[Message]:
    """The conversation."""
    system = _plain(request.config.system_instruction)
    start: list[Message] = [{"role": "system", "content": system}] if system else []
    return start + [message for content in request.contents for message in _messages(content)]


def settings(request: LlmRequest) -> dict[str, JSON]:
    """What else a request says: tools, sampling, the form of the output."""
    config = request.config
    said = {name: value for field, name in SAMPLING.items() if (value := getattr(config, field)) is not None}
    if declared := [one for tool in config.tools or () for one in _declared(tool)]:
        said["tools"] = [_tool(one) for one in declared]
        calling = config.tool_config.function_calling_config if config.tool_config else None
        if calling and calling.mode in CHOICES:
            said["tool_choice"] = CHOICES[calling.mode]
    if form := config.response_json_schema or config.response_schema:
        schema = {"name": "output", "schema": _schema(form)}
        said["response_format"] = {"type": "json_schema", "json_schema": schema}
    return said


def _declared(tool: Any) -> list[types.FunctionDeclaration]:
    """The functions of a tool. Raises `ValueError` for a tool of Gemini's, which is run at Google."""
    if isinstance(tool, types.Tool) and tool.function_declarations is None:
        raise ValueError(f"`{next(iter(tool.model_fields_set))}` is not supported for models behind Chat Completions")
    return getattr(tool, "function_declarations", None) or []


def _messages(content: types.Content) -> Iterator[Message]:
    parts = [part for part in content.parts or () if not part.thought]
    if content.role == "model":
        yield _assistant(parts)
        return
    yield from (_result(part.function_response) for part in parts if part.function_response)
    if said := [piece for part in parts if (piece := _piece(part))]:
        texts = [piece.get("text") for piece in said]
        yield {"role": "user", "content": said if None in texts else "\n\n".join(map(str, texts))}


def _assistant(parts: Iterable[types.Part]) -> Message:
    calls = [_call(part.function_call) for part in parts if part.function_call]
    text = "".join(piece.get("text", "") for part in parts if (piece := _piece(part)))
    message: Message = {"role": "assistant", "content": text or (None if calls else "")}
    return {**message, "tool_calls": calls} if calls else message


def _call(call: types.FunctionCall) -> Message:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": as_json(call.args or {})}}


def _result(result: types.FunctionResponse) -> Message:
    said = result.response or {}
    text = as_text(said["result"]) if list(said) == ["result"] else as_json(said)
    return {"role": "tool", "tool_call_id": result.id, "content": text}


def _piece(part: types.Part) -> Message:
    """A piece of a message's content; empty where the part is something else."""
    if part.text:
        return {"type": "text", "text": part.text}
    if part.executable_code:
        return {"type": "text", "text": f"```\n{part.executable_code.code}\n```"}
    if part.code_execution_result:
        return {"type": "text", "text": f"```\n{part.code_execution_result.output}\n```"}
    if part.inline_data:
        return _media(part.inline_data)
    return {}


def _media(blob: types.Blob) -> Message:
    kind = blob.mime_type or ""
    if not kind.startswith("image/"):
        return {"type": "text", "text": f"[{kind}]"}
    address = f"data:{kind};base64,{b64encode(blob.data or b'').decode()}"
    return {"type": "image_url", "image_url": {"url": address}}


def _tool(declared: types.FunctionDeclaration) -> Message:
    form = declared.parameters_json_schema or declared.parameters or {"type": "object", "properties": {}}
    about = {"name": declared.name, "description": declared.description or "", "parameters": _schema(form)}
    return {"type": "function", "function": about}


def _schema(form: Any) -> JSON:
    """JSON Schema, of what says it in Google's way or is a class."""
    if isinstance(form, types.Schema):
        return form.json_schema.model_dump(mode="json", by_alias=True, exclude_none=True)
    return form if isinstance(form, dict) else TypeAdapter(form).json_schema()


def _plain(said: Any) -> str:
    """An instruction as text, in whatever form it was given."""
    if isinstance(said, list):
        return "\n\n".join(map(_plain, said))
    if isinstance(said, types.Content):
        return _plain(list(said.parts or ()))
    return as_text(getattr(said, "text", said))
