"""What options name, and what is said where it is not there."""

import pytest
from massgen_hub.errors import ConfigError
from massgen_hub.kit import function_named, tool_named, voter_named
from massgen_hub.testing import ADD
from massgen_hub.testing.desk import add


class Tool:
    """One of a framework's."""

    def __init__(self, function):
        if function is print:
            raise ValueError("no annotations")
        self.function = function


given = Tool(add)
GIVEN, PRINT, NUMBER = f"{__name__}:given", "builtins:print", "sys:maxsize"


def test_a_function_is_made_a_tool():
    assert tool_named(ADD, "the framework", Tool, Tool).function is add


def test_a_tool_of_the_framework_s_stays_as_it_is():
    assert tool_named(GIVEN, "the framework", Tool, Tool) is given


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (NUMBER, "`sys:maxsize` is a `int`, which is no tool"),
        (PRINT, "the framework refuses the tool `builtins:print`: no annotations"),
    ],
)
def test_anything_else_is_refused(name, said):
    with pytest.raises(ConfigError, match=said) as refused:
        tool_named(name, "the framework", Tool, Tool)
    assert refused.value.hint.endswith("or tools of the framework")


def test_a_function_is_found_by_its_name():
    assert function_named("output", ADD, "a key") is add


@pytest.mark.parametrize("value", [None, "answer"])
def test_what_is_no_module_and_attribute_names_no_function(value):
    assert function_named("output", value, "a key") is None


def test_what_an_option_names_in_place_of_a_function_is_refused():
    with pytest.raises(ConfigError, match="`output: sys:maxsize` is a `int`") as refused:
        function_named("output", NUMBER, "a key")
    assert refused.value.hint == "name a function, or a key"


def test_a_voter_is_found_by_its_name():
    assert voter_named("bob", {"ada": 1, "bob": 2}) == 2


@pytest.mark.parametrize(
    ("able", "hint"),
    [
        ({"writer": 1}, "did you mean `writer`?"),
        ({"ada": 1, "bob": 2}, "there are `ada`, `bob`"),
        ({}, "nobody in it has a model that may vote"),
    ],
)
def test_another_is_refused_with_those_that_there_are(able, hint):
    with pytest.raises(ConfigError, match="there is no `writr` that could vote") as refused:
        voter_named("writr", able)
    assert refused.value.hint == hint
