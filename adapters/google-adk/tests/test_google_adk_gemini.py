"""Agents that bring ADK's own `Gemini`, against an address that speaks as Google's does."""

from __future__ import annotations

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import google_adk_users as users
import pytest
from google.adk.models import Gemini
from massgen_hub.contract import Reply, Usage
from massgen_hub.kit import is_transient, retry_after
from massgen_hub.testing import RecordingHost, draft, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
COUNTED = {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 3, "totalTokenCount": 18}


class Google(BaseHTTPRequestHandler):
    """Answers with the next of `replies`: parts of a message, streamed one by one, or the status of an error."""

    protocol_version = "HTTP/1.1"
    replies: deque
    heard: list

    def log_message(self, *_arguments):
        """Print nothing."""

    def do_POST(self):
        self.heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        reply = self.replies.popleft()
        if isinstance(reply, int):
            error = {"code": reply, "message": f"the script says {reply}", "status": "REFUSED"}
            self.send(reply, json.dumps({"error": error}))
        else:
            self.send(200, "".join(f"data: {json.dumps(chunk(part))}\r\n\r\n" for part in reply))

    def send(self, status, text):
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.send_header("retry-after", "7")
        self.end_headers()
        self.wfile.write(text.encode())


def chunk(part):
    """A piece of a streamed reply."""
    content = {"role": "model", "parts": [part]}
    return {"candidates": [{"content": content}], "usageMetadata": COUNTED, "modelVersion": "gemini"}


@pytest.fixture
def google():
    """The server, with `replies` to fill and `heard` to look at."""
    handler = type("Scripted", (Google,), {"replies": deque(), "heard": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield handler, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def ask(google, take, monkeypatch):
    """`ask(turn, *replies, host=None)`: the reply of an agent on Gemini, and what Google was asked."""
    monkeypatch.setenv("GOOGLE_API_KEY", "test-key")
    handler, address = google

    def ask(turn, *replies, host=None):
        handler.replies.extend(replies)
        agent = users.agent("a", model=Gemini(model="gemini-3.5-flash", base_url=address))
        return take(turn, host=host, target=agent, model=None), handler.heard

    return ask


def test_it_answers_and_keeps_its_thoughts_to_itself(ask):
    host = RecordingHost()
    reply, _ = ask(draft(), [{"text": "Hm.", "thought": True}, {"text": "Par"}, {"text": "is."}], host=host)
    assert reply == Reply(text="Paris.")
    assert host.said == [(0, "Par"), (0, "is.")]
    assert host.spent == [Usage(input=10, output=8, model="gemini")]


def test_it_must_vote_with_the_tool(ask):
    reply, (asked,) = ask(vote(), [{"functionCall": {"name": "vote", "args": BALLOT}}])
    assert reply == Reply(data=BALLOT)
    assert asked["toolConfig"]["functionCallingConfig"]["mode"] == "ANY"


def test_where_tools_are_refused_it_is_asked_for_text(ask):
    reply, asked = ask(vote(), 400, [{"text": "A"}])
    assert (reply, len(asked)) == (Reply(text="A"), 2)


def test_a_busy_one_is_a_passing_failure_and_asked_once(google, ask):
    with pytest.raises(Exception, match="the script says 429") as failure:
        ask(draft(), 429)
    assert (is_transient(failure.value), retry_after(failure.value)) == (True, 7)
    assert len(google[0].heard) == 1
