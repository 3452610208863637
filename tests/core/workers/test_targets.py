"""Objects of the user, named `module:attribute`."""

import asyncio
import sys

import pytest
from massgen_hub.errors import ConfigError
from massgen_hub.targets import advised, resolve


@pytest.fixture(autouse=True)
def modules(monkeypatch):
    """What is imported here is forgotten afterwards, and so are the folders."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def error(tmp_path):
    def of(target):
        with pytest.raises(ConfigError) as caught:
            resolve(target, [str(tmp_path)])
        return caught.value

    return of


def test_an_attribute_of_a_module_in_a_folder(tmp_path):
    (tmp_path / "mine_a.py").write_text("agent = 42")
    assert resolve("mine_a:agent", [str(tmp_path)]) == 42


def test_a_dotted_attribute_of_a_module_in_a_package(tmp_path):
    (tmp_path / "team_a").mkdir()
    (tmp_path / "team_a" / "crew.py").write_text("class Crew:\n    agent = 42")
    assert resolve("team_a.crew:Crew.agent", [str(tmp_path)]) == 42


def test_a_module_of_the_user_hides_no_installed_one(tmp_path):
    (tmp_path / "json.py").write_text("dumps = None")
    assert callable(resolve("json:dumps", [str(tmp_path)]))
    assert sys.path[-1] == str(tmp_path)


@pytest.mark.parametrize("target", ["", "module", "module:", ":attribute"])
def test_anything_of_another_form_is_refused(error, target):
    assert error(target).hint == 'write it as "package.module:attribute"'


def test_a_missing_module_is_named_with_the_one_that_was_meant(error, tmp_path):
    (tmp_path / "my_agents.py").write_text("")
    problem = error("my_agent:agent")
    assert problem.message == "there is no module `my_agent` for `my_agent:agent`"
    assert problem.hint == "did you mean `my_agents`?"


def test_a_missing_module_of_a_package_is_named_in_full(error, tmp_path):
    (tmp_path / "team_b").mkdir()
    assert error("team_b.crew:agent").message == "there is no module `team_b.crew` for `team_b.crew:agent`"


def test_a_module_that_the_users_module_needs_is_told_from_the_users_own(error, tmp_path):
    (tmp_path / "mine_b.py").write_text("x = 1\nimport no_such_framework\n")
    problem = error("mine_b:agent")
    assert "`mine_b:agent` needs the module `no_such_framework`" in problem.message
    assert f"({tmp_path / 'mine_b.py'}:2)" in problem.message
    assert "install what brings `no_such_framework`" in problem.hint
    assert "`environment: {requires: [...]}`" in problem.hint


def test_a_module_that_lacks_an_extra_is_told_how_to_get_it(error, tmp_path):
    (tmp_path / "mine_n.py").write_text("raise ImportError('pip install framework[extra]')\n")
    assert "`environment: {requires: [...]}`" in error("mine_n:agent").hint


def test_a_module_that_fails_is_named_with_the_line(error, tmp_path):
    (tmp_path / "mine_c.py").write_text("x = 1\n\nx / 0\n")
    problem = error("mine_c:agent")
    assert problem.message == (
        f"`mine_c` fails while it is imported ({tmp_path / 'mine_c.py'}:3): ZeroDivisionError: division by zero"
    )


def test_a_module_that_exits_is_an_error_like_any_other(error, tmp_path):
    (tmp_path / "mine_d.py").write_text("raise SystemExit(3)")
    assert "SystemExit: 3" in error("mine_d:agent").message


def test_a_module_that_starts_a_loop_is_told_what_to_do_instead(error, tmp_path):
    (tmp_path / "mine_h.py").write_text("import asyncio\nasyncio.run(None)")

    async def imports():
        return error("mine_h:agent")

    problem = asyncio.run(imports())
    assert "asyncio.run() cannot be called from a running event loop" in problem.message
    assert "async def make()" in problem.hint


def test_what_a_module_has_is_listed_without_what_it_imports(error, tmp_path):
    (tmp_path / "mine_i.py").write_text("import json\nfrom pathlib import Path\ncoder = Path()\ndef make(): ...")
    assert error("mine_i:x").hint == "it has `coder`, `make`"


def test_a_missing_attribute_is_named_with_the_one_that_was_meant(error, tmp_path):
    (tmp_path / "mine_e.py").write_text("agent = 42")
    problem = error("mine_e:agnet")
    assert problem.message == f"`mine_e:agnet`: there is no `agnet` in `mine_e` ({tmp_path / 'mine_e.py'})"
    assert problem.hint == "did you mean `agent`?"


def test_a_missing_attribute_that_resembles_none_comes_with_a_list(error, tmp_path):
    (tmp_path / "mine_f.py").write_text("one = two = 1")
    assert error("mine_f:agent").hint == "it has `one`, `two`"


def test_a_file_that_is_not_where_agents_work_is_named_beside_the_module(error, tmp_path):
    (tmp_path / "reader.py").write_text("open('OAI_CONFIG_LIST')")
    assert error("reader:agent").hint.endswith("name it as `Path(__file__).parent / 'OAI_CONFIG_LIST'`")


def test_a_module_that_fails_can_be_tried_with_the_same_interpreter(error, tmp_path):
    (tmp_path / "odd.py").write_text("1 / 0")
    assert error("odd:agent").hint == f"try it alone: {sys.executable} -c 'import odd'"


def test_an_adapter_advises_about_what_a_module_could_not_import_and_nothing_else(error, tmp_path):
    def advice(failure):
        return f"get {failure.name}" if failure.name == "no_such_framework" else ""

    (tmp_path / "early.py").write_text("from no_such_framework import Agent")
    (tmp_path / "other.py").write_text("import no_such_thing")
    (tmp_path / "wrong.py").write_text("1 / 0")
    assert advised(error("early:agent"), advice) == "get no_such_framework"
    for other in (error("other:agent"), error("wrong:agent")):
        assert advised(other, advice) == other.hint
