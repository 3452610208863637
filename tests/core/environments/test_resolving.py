"""How a version that was found is written into a lock."""

import pytest
from massgen_hub.environments.resolving import _is_here, _pin

REPOSITORY = {"type": "git", "url": "https://x/a", "commit-id": "f02f"}


@pytest.mark.parametrize(
    ("package", "pin"),
    [
        ({"version": "1.2"}, "a==1.2"),
        ({"version": "1.2", "marker": "sys_platform == 'win32'"}, "a==1.2 ; sys_platform == 'win32'"),
        ({"version": "1.2", "archive": {"url": "https://x/a-1.2.whl"}}, "a @ https://x/a-1.2.whl"),
        ({"vcs": REPOSITORY}, "a @ git+https://x/a@f02f"),
        ({"vcs": {**REPOSITORY, "subdirectory": "b"}}, "a @ git+https://x/a@f02f#subdirectory=b"),
    ],
)
def test_what_is_locked_is_exact_wherever_it_comes_from(package, pin):
    assert not _is_here(package)
    assert _pin({"name": "a", **package}) == pin


@pytest.mark.parametrize("package", [{"directory": {"path": "/a"}}, {"version": "1.2", "archive": {"path": "/a.whl"}}])
def test_what_is_in_a_folder_is_not_locked(package):
    assert _is_here(package)
