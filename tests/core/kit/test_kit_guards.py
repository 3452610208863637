"""The variables of processes that outlive a worker."""

from massgen_hub.kit import guard_environment
from massgen_hub.kit.guards import MARK
from massgen_hub.worker.family import GUARD


def test_a_guard_has_a_mark_and_neither_the_home_nor_the_temporary_folder_of_a_worker(monkeypatch):
    monkeypatch.setenv("HOME", "/a")
    monkeypatch.setenv("TMPDIR", "/b")
    monkeypatch.setenv("DOCKER_HOST", "unix:///c")
    found = guard_environment()
    assert not {"HOME", "TMPDIR"} & found.keys()
    assert found["DOCKER_HOST"] == "unix:///c"
    assert f"{MARK}={found[MARK]}".encode() == GUARD
