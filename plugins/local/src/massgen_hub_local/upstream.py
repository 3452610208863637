"""What the embedded model lacks and clients expect: tools, schemas, defaults."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, Mapping

from massgen_hub.contract import JSON, Upstream
from massgen_hub_gateway.chunks import closing
from massgen_hub_gateway.errors import ApiError, api_error

from .calls import Call, demanded
from .conversation import as_text, with_tools
from .grammar import ANY_OBJECT, call_grammar, json_grammar

TEMPERATURE = 0.2
"""What the model's authors use. At 0 all agents would say the same; at 0.7 few simple questions are answered right."""

TEXT_TOKENS = 200
"""An answer in words ends here where the client sets no limit; the model would go on and on."""

JSON_TOKENS = 2048
"""The grammar ends JSON long before; cut off it would be worthless."""

TOO_LONG = "context_length_exceeded"

PASSED_ON = ("temperature", "top_p", "seed", "frequency_penalty", "presence_penalty")


class LocalUpstream:
    """Chat Completions for one agent, over llama.cpp's own. Implements `Upstream`.

    The same request of the same agent gives the same text, unless it brings a seed of its own.
    """

    def __init__(self, server: Upstream, agent: str) -> None:
        self._server, self._agent = server, agent

    async def chat(self, request: Mapping[str, JSON]) -> AsyncGenerator[Mapping[str, JSON], None]:
        """The chunks of the answer. Raises `ApiError` 400 for a prompt that is too long or no text."""
        tools = demanded(request)
        call = Call(tools) if tools else None
        try:
            async with closing(self._server.chat(self._plain(request, tools))) as chunks:
                async for chunk in chunks:
                    if "prompt_progress" in chunk:
                        continue
                    rest = {name: value for name, value in chunk.items() if name != "timings"}
                    yield call.translated(rest) if call else rest
        except ApiError as refusal:
            raise _explained(refusal) from refusal

    def _plain(self, request: Mapping[str, JSON], tools: Mapping[str, Mapping[str, JSON]]) -> dict[str, JSON]:
        """The request as llama.cpp can serve it. Progress reports make it notice a client that is gone."""
        messages = as_text(request.get("messages") or ())
        if not messages:
            raise api_error(400, "there are no messages", "invalid_request_error")
        if tools:
            messages = with_tools(messages, tools)
        grammar = _grammar(request, tools)
        return {
            "model": request["model"],
            "messages": messages,
            "return_progress": True,
            "temperature": TEMPERATURE,
            "seed": self._seed(messages),
            "max_tokens": _limit(request, JSON_TOKENS if grammar else TEXT_TOKENS),
            **({"grammar": grammar} if grammar else {"stop": request.get("stop") or []}),
            **{name: request[name] for name in PASSED_ON if request.get(name) is not None},
        }

    def _seed(self, messages: JSON) -> int:
        digest = hashlib.sha256(json.dumps([self._agent, messages]).encode()).digest()
        return int.from_bytes(digest[:3], "big")


def _explained(refusal: ApiError) -> ApiError:
    """A prompt that is too long, in the words and with the code that clients know."""
    error = refusal.body["error"]
    if "n_prompt_tokens" not in error:
        return refusal
    long, most = error["n_prompt_tokens"], error["n_ctx"]
    message = f"the prompt has {long} tokens, and the embedded model reads no more than {most}: use another model"
    body = {"message": message, "type": "invalid_request_error", "param": "messages", "code": TOO_LONG}
    return ApiError(400, {"error": body})


def _grammar(request: Mapping[str, JSON], tools: Mapping[str, Mapping[str, JSON]]) -> str:
    """The grammar of what may be answered; empty for plain text."""
    if tools:
        return call_grammar({name: tool.get("parameters") or NO_ARGUMENTS for name, tool in tools.items()})
    form = request.get("response_format") or {}
    if form.get("type") == "json_schema":
        return json_grammar(form["json_schema"].get("schema") or ANY_OBJECT)
    return json_grammar(ANY_OBJECT) if form.get("type") == "json_object" else ""


NO_ARGUMENTS: Mapping[str, JSON] = {"type": "object", "properties": {}}


def _limit(request: Mapping[str, JSON], otherwise: int) -> int:
    return request.get("max_completion_tokens") or request.get("max_tokens") or otherwise
