"""Environments that are really built, damaged, and built at the same time."""

import json
import os
import platform
import select
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version

import massgen_hub
import pytest
from massgen_hub.config import load
from massgen_hub.environments import interpreters, missing, sync
from massgen_hub.environments import uv as calling
from massgen_hub.environments.store import MARK, Store
from massgen_hub.errors import NotBuilt
from massgen_hub.plugins import Registry


@pytest.fixture
def config(place):
    return load(place / "team.yaml", Registry())


@pytest.fixture
def store(cache):
    return Store(cache / "environments")


@pytest.fixture
def built(config, store):
    """The environment of ann and bob."""
    return sync(config, store=store)["ann"]


def said_there(built, program):
    """What a program prints in an environment."""
    done = subprocess.run([built.python, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_agents_that_ask_for_the_same_get_one_environment(config, store):
    both = sync(config, store=store)
    assert both["ann"] == both["bob"]
    assert "cy" not in both


def test_it_has_an_interpreter_of_its_own_and_the_hub_s_core(built):
    assert said_there(built, "import sys, massgen_hub_lone; print(sys.prefix)") == str(built.folder)
    assert built.versions["massgen-hub"] == version("massgen-hub")
    assert built.versions["massgen-hub-lone"] == "7.0"


def test_the_adapters_of_this_checkout_are_used_from_it(built):
    where = subprocess.run(
        [built.python, "-c", "import massgen_hub; print(massgen_hub.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert where.stdout.strip() == massgen_hub.__file__


def test_what_is_built_is_not_built_again(config, store, built):
    made = (built.folder / MARK).read_text()
    assert sync(config, store=store)["ann"] == built
    assert (built.folder / MARK).read_text() == made


def test_a_run_finds_the_interpreters_without_uv(config, store, built, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert interpreters(config, store) == {"ann": built.python, "bob": built.python}


@pytest.mark.parametrize("damage", ["no mark", "half a mark", "no python", "a distribution is gone", "all is gone"])
def test_what_is_damaged_is_not_used_and_heals(config, store, built, damage):
    match damage:
        case "no mark":
            (built.folder / MARK).unlink()
        case "half a mark":
            (built.folder / MARK).write_text((built.folder / MARK).read_text()[:50])
        case "no python":
            built.python.unlink()
        case "a distribution is gone":
            shutil.rmtree(next(built.folder.glob("lib/*/site-packages/pluggy-*.dist-info")))
        case "all is gone":
            shutil.rmtree(store.root)
    with pytest.raises(NotBuilt, match="not built yet"):
        interpreters(config, store)
    assert missing(config, store) == ("ann", "bob")
    healed = sync(config, store=store)
    assert interpreters(config, store)["ann"] == healed["ann"].python
    assert healed["ann"].versions == built.versions


SYNC = """
import sys
from massgen_hub.config import load
from massgen_hub.environments import sync
from massgen_hub.plugins import Registry
config = load(sys.argv[1], Registry())
print(sync(config, lambda agents, line: print(line, file=sys.stderr, flush=True))["ann"].folder)
"""


def syncing(place, cache, **environment):
    """A process that syncs."""
    return subprocess.Popen(
        [sys.executable, "-c", SYNC, str(place / "team.yaml")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "MASSGEN_HUB_CACHE": str(cache), **environment}, start_new_session=True,
    )  # fmt: skip


def test_two_that_sync_at_once_build_one_environment(place, tmp_path, built):
    cache = tmp_path / "new"
    both = [syncing(place, cache) for _ in range(2)]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert len({out for out, _ in told}) == 1
    assert [path.name for path in (cache / "environments").iterdir() if path.is_dir()] == [built.folder.name]


def test_one_that_is_killed_while_it_builds_leaves_nothing_that_is_taken_for_whole(place, tmp_path, config, built):
    cache = tmp_path / "new"
    process = syncing(place, cache)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Resolved"):  # uv goes on to install
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    store = Store(cache / "environments")
    folder = store.folder(built.folder.name)
    assert folder.is_dir()
    if store.find(folder.name) is None:  # the kill came in time
        assert missing(config, store) == ("ann", "bob")
    assert sync(config, store=store)["ann"].versions == built.versions


CALL = """
import sys
from pathlib import Path
from massgen_hub.environments import uv
uv._program = lambda: sys.argv[1]
uv.run([], Path(), lambda line: print(line, flush=True))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_uv_ends_with_a_hub_that_is_killed(tmp_path):
    endless = tmp_path / "uv"
    endless.write_text("#!/bin/sh\necho $$ >&2\nexec tail -f /dev/null\n")
    endless.chmod(0o755)
    with subprocess.Popen([sys.executable, "-c", CALL, str(endless)], stdout=subprocess.PIPE) as process:
        uv = os.pidfd_open(int(process.stdout.readline()))
        process.kill()
    [ended], _, _ = select.select([uv], [], [], 60)
    os.close(ended)


def test_what_is_in_the_cache_is_built_without_a_network(config, tmp_path, built, monkeypatch):
    monkeypatch.setenv("UV_OFFLINE", "1")
    assert sync(config, store=Store(tmp_path / "new"))["ann"].versions == built.versions


def test_without_network_and_cache_it_says_so(config, tmp_path, built, monkeypatch):
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    store = Store(tmp_path / "new")
    with pytest.raises(NotBuilt, match="the environment of ann, bob cannot be built: there is no network"):
        sync(config, store=store)
    assert list(store.all()) == []


def test_without_network_cache_and_lock_it_says_so(config, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    with pytest.raises(NotBuilt, match="the environment of ann, bob cannot be built: there is no network"):
        sync(config, store=Store(tmp_path / "new"))


def test_an_index_that_cannot_be_reached_is_no_network(config, tmp_path, monkeypatch):
    for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(NotBuilt, match="there is no network"):
        sync(config, store=Store(tmp_path / "new"))


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"only root can make a small disk: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_leaves_no_half_environment(config, small_disk):
    store = Store(small_disk / "environments")
    with pytest.raises(NotBuilt, match="the disk is full") as caught:
        sync(config, store=store)
    assert "MASSGEN_HUB_CACHE" in caught.value.hint
    assert list(store.all()) == []


def test_requirements_that_clash_are_both_named(place, store):
    (place / "team.yaml").write_text('agents: [{id: ann, type: lone, environment: {requires: ["./lone", "pluggy<1"]}}]')
    with pytest.raises(NotBuilt, match=r"massgen-hub needs pluggy>=1.7,<2, and pluggy<1 is asked for"):
        sync(load(place / "team.yaml", Registry()), store=store)


def test_a_distribution_that_nobody_has_is_named(place, store):
    (place / "team.yaml").write_text(
        "agents: [{id: ann, type: lone, environment: {requires: [massgen-hub-no-such-thing]}}]"
    )
    with pytest.raises(NotBuilt, match="no distribution `massgen-hub-no-such-thing`"):
        sync(load(place / "team.yaml", Registry()), store=store)


@pytest.mark.parametrize(
    ("python", "told"),
    [
        ("3.99", "Python 3.99 is not there; there are 3."),
        ("3.9", "Python 3.9 is too old for massgen-hub"),
        ("/no/python", "there is no Python at /no/python: No such file or directory"),
        ("/bin/false", "there is no Python at /bin/false: it does not run"),
        ("latest", "there is no Python at {place}/latest: No such file or directory"),
    ],
)
def test_a_python_that_is_not_there_is_told(place, store, python, told):
    text = f'agents: [{{id: ann, type: lone, environment: {{requires: ["./lone"], python: "{python}"}}}}]'
    (place / "team.yaml").write_text(text)
    with pytest.raises(NotBuilt) as caught:
        sync(load(place / "team.yaml", Registry()), store=store)
    assert caught.value.message.startswith(f"the environment of ann cannot be built: {told.format(place=place)}")


def test_a_project_that_is_not_there_is_told(place, store):
    (place / "team.yaml").write_text('agents: [{id: ann, type: lone, environment: {requires: ["./gone"]}}]')
    with pytest.raises(NotBuilt, match="the environment of ann cannot be built"):
        sync(load(place / "team.yaml", Registry()), store=store)


def test_without_uv_it_says_what_to_install(config, tmp_path, monkeypatch):
    monkeypatch.setattr(calling.shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(calling, "find_spec", lambda _: None)
    with pytest.raises(NotBuilt, match="built with uv") as caught:
        sync(config, store=Store(tmp_path / "new"))
    assert caught.value.hint == "pip install uv"


def test_a_change_of_what_a_project_needs_is_another_environment_and_a_change_of_its_code_is_not(
    config, store, built, project
):
    code, needs = project / "lone" / "massgen_hub_lone.py", project / "lone" / "pyproject.toml"
    before = code.read_text(), needs.read_text()
    try:
        code.write_text(f"{before[0]}\n# changed\n")
        assert missing(config, store) == ()
        needs.write_text(before[1].replace("7.0", "7.1"))
        assert missing(config, store) == ("ann", "bob")
    finally:
        code.write_text(before[0])
        needs.write_text(before[1])


def test_the_mark_tells_what_is_in_it(built):
    mark = json.loads((built.folder / MARK).read_text())
    assert mark["versions"]["pluggy"] == version("pluggy")
    assert mark["bytes"] > 1_000_000
    assert mark["seconds"] > 0


@pytest.fixture
def locked(place, config, store, built):
    """Changes the lock of the config: `locked("a==1", "a==2")`."""
    lock = place / "team.lock"
    sync(config, store=store)

    def change(old, new):
        text = lock.read_text()
        assert old in text
        lock.write_text(text.replace(old, new))

    return change


@pytest.mark.parametrize(
    ("version_locked", "told"),
    [
        ("99.0", "there is no version of pluggy==99.0"),
        ("1.5.0", "The package `massgen-hub` requires `pluggy>=1.7,<2`, but `1.5.0` is installed"),
    ],
)
def test_a_lock_that_does_not_fit_any_more_is_told_with_what_makes_a_new_one(
    place, config, store, locked, version_locked, told
):
    locked(f"pluggy=={version('pluggy')}", f"pluggy=={version_locked}")
    with pytest.raises(NotBuilt, match="what is locked does not fit any more") as caught:
        sync(config, store=store)
    assert told in caught.value.message
    assert "Found 1" not in caught.value.message
    assert caught.value.hint == f"massgen-hub env lock {place / 'team.yaml'}"


def test_a_wheel_is_installed_from_its_place_and_is_not_locked(place, store):
    subprocess.run(
        ["uv", "build", "--quiet", "--wheel", "--out-dir", place / "wheels", "lone"],
        cwd=place, check=True,
    )  # fmt: skip
    [wheel] = (place / "wheels").glob("*.whl")
    requirement = f"massgen-hub-lone @ ./wheels/{wheel.name}"
    (place / "team.yaml").write_text(f"agents: [{{id: ann, type: lone, environment: {{requires: ['{requirement}']}}}}]")
    built = sync(load(place / "team.yaml", Registry()), store=store)["ann"]
    assert built.versions["massgen-hub-lone"] == "7.0"
    assert "massgen-hub-lone==" not in (place / "team.lock").read_text()


def test_a_path_of_python_is_relative_to_the_config(place, monkeypatch):
    store = Store(place / "new")
    (place / "python").symlink_to(sys.executable)
    text = 'agents: [{id: ann, type: lone, environment: {requires: ["./lone"], python: ./python}}]'
    (place / "team.yaml").write_text(text)
    monkeypatch.chdir("/")
    config = load(place / "team.yaml", Registry())
    assert sync(config, store=store)["ann"].interpreter == platform.python_version()
    assert missing(config, store) == ()


@pytest.fixture
def only_uv(tmp_path, monkeypatch):
    """Makes a program the only uv there is."""

    def make(text):
        program = tmp_path / "uv"
        program.write_text(text)
        program.chmod(0o755)
        monkeypatch.setattr(calling, "_program", lambda: str(program))
        return program

    return make


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no program", "does not run: Exec format error"),
        ("#!/bin/sh\necho \"error: unexpected argument '--format' found\" >&2\nexit 2\n", "is too old: unexpected"),
    ],
)
def test_a_uv_that_is_of_no_use_is_told_with_its_path(config, tmp_path, only_uv, text, told):
    program = only_uv(text)
    with pytest.raises(NotBuilt) as caught:
        sync(config, store=Store(tmp_path / "new"))
    assert caught.value.message.startswith(f"{program} {told}")
    assert caught.value.hint == "pip install --upgrade uv"


def test_a_uv_beside_the_hub_is_taken_before_any_other(tmp_path, monkeypatch):
    for folder in ("beside", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "uv").touch(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "beside" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "other"))
    assert calling._program() == str(tmp_path / "beside" / "uv")


def test_a_folder_that_cannot_be_written_is_told(config, tmp_path, built):
    store = Store(tmp_path / "new")
    (store.prepare() / f"{built.key}.lock").mkdir()
    with pytest.raises(NotBuilt, match="no environment can be kept in") as caught:
        sync(config, store=store)
    assert "MASSGEN_HUB_CACHE" in caught.value.hint


def test_a_user_without_a_home_is_told_which_variable_names_a_folder(monkeypatch):
    for name in ("MASSGEN_HUB_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)  # nobody
    with pytest.raises(NotBuilt, match="no environment can be kept: Could not determine home") as caught:
        Store()
    assert caught.value.hint == "name a folder in MASSGEN_HUB_CACHE"


def test_what_a_run_looks_at_does_not_grow_with_the_files_of_an_environment(built, store, monkeypatch):
    looked = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path=".": looked.append(path) or scandir(path))
    assert store.find(built.key) is not None
    assert len(looked) < 10


def test_a_config_without_environments_does_not_mind_a_strange_lock_beside_it(tmp_path):
    (tmp_path / "uv.yaml").write_text("agents: [{type: scripted, answer: x}]")
    (tmp_path / "uv.lock").write_text("version = 1")
    config = load(tmp_path / "uv.yaml", Registry())
    assert interpreters(config) == {}
    assert missing(config) == ()
