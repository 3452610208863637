"""How requirements are handed to uv, in a checkout and where the hub was installed."""

import pytest
from massgen_hub.environments import sources
from massgen_hub.environments.sources import digests, is_ours, lines, projects
from massgen_hub.environments.wanted import Wanted


def handed(folder, *requires):
    """The lines of an environment, without that of the core."""
    return lines(Wanted(requires=requires, python="", folder=folder))[1:]


@pytest.fixture
def installed(monkeypatch):
    """As if the hub did not run from a checkout."""
    monkeypatch.setattr(sources, "projects", dict)
    monkeypatch.setattr(sources, "version", lambda _: "5.0")


@pytest.mark.parametrize("path", ["./lone", "-e ./lone", "-e lone", "lone/"])
def test_a_project_is_used_from_its_folder(tmp_path, path):
    assert handed(tmp_path, path) == (f"-e {tmp_path / 'lone'}",)


@pytest.mark.parametrize("path", ["./lone-7.0-py3-none-any.whl", "lone @ ./lone-7.0-py3-none-any.whl"])
def test_a_wheel_is_no_project(tmp_path, path):
    wheel = tmp_path / "lone-7.0-py3-none-any.whl"
    wheel.write_bytes(b"")
    assert handed(tmp_path, path) == (path.partition("./")[0] + wheel.as_uri(),)


@pytest.mark.parametrize("place", ["./lone-7.0-py3-none-any.whl", "lone @ ./lone-7.0-py3-none-any.whl"])
def test_a_wheel_that_was_made_anew_is_another_environment(tmp_path, place):
    wheel = tmp_path / "lone-7.0-py3-none-any.whl"
    wheel.write_bytes(b"old")
    wanted = Wanted(requires=(place,), python="", folder=tmp_path)
    before = tuple(digests(wanted))
    wheel.write_bytes(b"newer")
    assert tuple(digests(wanted)) != before


def test_an_adapter_of_the_checkout_is_used_from_it(tmp_path):
    assert handed(tmp_path, "massgen-hub-ag2[classic]") == (f"-e {projects()['massgen-hub-ag2']}[classic]",)


def test_the_version_that_was_asked_for_is_not_forgotten_in_a_checkout(tmp_path):
    line = f"-e {projects()['massgen-hub-ag2']}"
    assert handed(tmp_path, "massgen-hub-ag2==0.0.9") == (line, "massgen-hub-ag2==0.0.9")


def test_an_adapter_at_an_address_is_not_taken_from_the_checkout(tmp_path):
    assert handed(tmp_path, "massgen-hub-ag2 @ https://x/a.whl") == ("massgen-hub-ag2 @ https://x/a.whl",)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("requirement", "line"),
    [
        ("massgen-hub-ag2[classic]", "massgen-hub-ag2[classic]==5.0"),
        ("massgen-hub-ag2>=4", "massgen-hub-ag2>=4"),
        ("massgen-hub-of-others", "massgen-hub-of-others"),
        ("crewai", "crewai"),
    ],
)
def test_without_a_checkout_an_adapter_of_ours_has_the_version_of_the_hub(tmp_path, requirement, line):
    assert handed(tmp_path, requirement) == (line,)


def test_a_framework_is_not_taken_for_the_adapter_of_its_name():
    assert is_ours("massgen-hub-crewai")
    assert not is_ours("crewai")
