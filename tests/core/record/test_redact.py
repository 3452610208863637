"""Secrets never reach a record."""

import asyncio

import pytest
from massgen_hub.record import Journal, Redactor, secrets_of
from massgen_hub.record.redact import MASK, Tail

KEYS = [
    "sk-proj-abcdefghijklmnop1234567890",
    "sk-ant-api03-abcdefgh1234567890abcdefgh",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "github_pat_11ABCDEFG0123456789_abcdefghijk",
    "AKIAIOSFODNN7EXAMPLE",
    "xoxb-1234567890-abcdefghij",
    "hf_abcdefghij1234567890ABCDEFGH",
    "gsk_abcdefghij1234567890ABCDEFGH",
    "xai-abcdefghij1234567890ABCDEFGH",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
]


@pytest.mark.parametrize("key", KEYS)
def test_keys_are_known_by_their_form(key):
    assert Redactor().text(f"use {key}, please") == f"use {MASK}, please"


def test_credentials_in_addresses_and_headers_are_masked():
    assert Redactor().text("postgres://me:hunter22@db/x") == f"postgres://{MASK}@db/x"
    assert Redactor().text("Authorization: Bearer abcdef0123456789abcd") == f"Authorization: Bearer {MASK}"


@pytest.mark.parametrize("text", ["sk-learn is a library", "https://host/path", "a key:value pair", "task-1234"])
def test_honest_text_is_left_alone(text):
    assert Redactor().text(text) == text


def test_values_of_variables_with_secret_names_are_masked():
    secrets = secrets_of({"MY_API_KEY": "plain-looking-value", "HOME": "/home/me", "SHORT_KEY": "abc"})
    assert secrets == {"plain-looking-value"}
    assert Redactor(secrets).json({"a": ["plain-looking-value!"]}) == {"a": [f"{MASK}!"]}


def test_a_secret_cut_in_two_by_the_stream_is_masked():
    tail = Tail(Redactor(["correct-horse-battery"]))
    shown = [tail.feed(part) for part in ("it is correct-", "horse-bat", "tery. ", "ok")]
    assert "".join([*shown, tail.rest()]) == f"it is {MASK}. ok"


def test_what_is_streamed_arrives_whole():
    text = "one two\nthree" * 100
    tail = Tail(Redactor())
    assert "".join([tail.feed(c) for c in text] + [tail.rest()]) == text


def test_no_secret_is_in_the_file(tmp_path):
    async def talk():
        made = Journal("run-1", tmp_path, Redactor(["correct-horse-battery"]))
        for part in ("it is correct-horse", "-battery ", KEYS[0][:9], KEYS[0][9:], " "):
            made.delta("a", 1, 1, 0, part)
        made.activity("note", {"agent": "a", "text": KEYS[1]})
        made.close()

    asyncio.run(talk())
    content = (tmp_path / "events.jsonl").read_text()
    assert "correct-horse" not in content
    assert not [key for key in KEYS if key in content]
