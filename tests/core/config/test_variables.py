"""`${NAME}` in texts, and `.env`."""

from pathlib import Path
from typing import Any

import pytest
from massgen_hub.config import load
from massgen_hub.config.source import Node
from massgen_hub.config.variables import Expansion, environment
from massgen_hub.errors import ConfigError

from_variables = Expansion({"NAME": "ann", "EMPTY": ""})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello ${NAME}!", "Hello ann!"),
        ("${NAME}${NAME}", "annann"),
        ("${UNSET:-bob}", "bob"),
        ("${NAME:-bob}", "ann"),
        ("${EMPTY:-bob}", "bob"),
        ("${EMPTY}", ""),
        ("${UNSET:-}", ""),
        ("${UNSET:-a:-b}", "a:-b"),
        ("$${NAME}", "${NAME}"),
        ("$$$${NAME}", "$${NAME}"),
        ("costs $5", "costs $5"),
        ("$NAME", "$NAME"),
    ],
)
def test_variables_in_texts_are_replaced(text: str, expected: str) -> None:
    assert from_variables(Node(text)) == expected


@pytest.mark.parametrize("text", ["${}", "${a b}", "${NAME", "${1st}", "${user.name}", "${NAME:?needed}"])
def test_what_names_no_variable_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="names no variable"):
        from_variables(Node(text))


def test_the_value_of_a_variable_is_not_expanded_again() -> None:
    assert Expansion({"OUTER": "${INNER}", "INNER": "x"})(Node("${OUTER}")) == "${INNER}"


def test_only_texts_are_expanded() -> None:
    assert from_variables(Node(5)) == 5


def test_keys_are_not_expanded(write: Any, registry: Any) -> None:
    with pytest.raises(ConfigError, match=r"\$\{KEY\}: unknown key"):
        load(write("agents: [{type: echo}]\n${KEY}: 1\n"), registry)


def test_an_error_shows_what_was_written_and_not_the_value(write: Any, registry: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("MASSGEN_HUB_TEST_SECRET", "hunter2")
    path = write("agents: [{type: echo, temperature: '${MASSGEN_HUB_TEST_SECRET}'}]\n")
    with pytest.raises(ConfigError) as caught:
        load(path, registry)
    assert "got the text `${MASSGEN_HUB_TEST_SECRET}`" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_number_may_come_from_a_variable(write: Any, registry: Any) -> None:
    config = load(write("agents: [{type: echo, temperature: '${MASSGEN_HUB_UNSET:-0.5}'}]\n"), registry)
    assert config.agents[0].options.temperature == 0.5


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("TEST_KEY=abc", "abc"),
        ("export TEST_KEY=abc", "abc"),
        (" TEST_KEY = abc ", "abc"),
        ("TEST_KEY=abc # a comment", "abc"),
        ("TEST_KEY=abc#def", "abc#def"),
        ("TEST_KEY='a b # $c' # a comment", "a b # $c"),
        ('TEST_KEY="a \\"b\\"\\nc"', 'a "b"\nc'),
        ("TEST_KEY=", ""),
        ("TEST_KEY=a=b", "a=b"),
        ("TEST_KEY=${OTHER}", "${OTHER}"),
    ],
)
def test_a_line_of_dotenv(write: Any, tmp_path: Path, line: str, expected: str) -> None:
    write(f"# keys\n\n{line}\n", ".env")
    assert environment(tmp_path)["TEST_KEY"] == expected


@pytest.mark.parametrize("line", ["TEST_KEY", "TEST_KEY='open", "1ST=a", "a sentence"])
def test_a_line_of_dotenv_that_is_none_is_told_but_not_shown(write: Any, tmp_path: Path, line: str) -> None:
    write(f"A=1\n{line}\n", ".env")
    with pytest.raises(ConfigError, match="this line is not `NAME=value`") as caught:
        environment(tmp_path)
    assert caught.value.place is not None
    assert caught.value.place.line == 2
    assert line not in str(caught.value)


def test_a_dotenv_that_is_not_utf8_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"TEST_KEY=hunter\xfc\n")
    with pytest.raises(ConfigError, match="not UTF-8") as caught:
        environment(tmp_path)
    assert "hunter" not in str(caught.value)


def test_the_real_environment_wins_over_dotenv(write: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("TEST_KEY", "real")
    write("TEST_KEY=file\n", ".env")
    assert environment(tmp_path)["TEST_KEY"] == "real"


def test_dotenv_beside_the_config_gives_keys_and_sets_nothing(
    write: Any, registry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("OPENAI_API_KEY=from-dotenv\n", ".env")
    config = load(write("agents: [{type: echo, model: openai/gpt-5}]\n"), registry)
    assert config.agents[0].model is not None
    assert config.agents[0].model.key == "from-dotenv"
    assert config.environment["OPENAI_API_KEY"] == "from-dotenv"
    monkeypatch.setenv("OPENAI_API_KEY", "later")
    assert load(Path(config.source), registry).environment["OPENAI_API_KEY"] == "later"


def test_no_key_is_in_the_repr_of_a_config(write: Any, registry: Any) -> None:
    write("OPENAI_API_KEY=hunter2\n", ".env")
    config = load(write("agents: [{type: echo, model: openai/gpt-5}]\n"), registry)
    assert "hunter2" not in repr(config)
