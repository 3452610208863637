"""From requirements to exact versions."""

from __future__ import annotations

import platform
import sysconfig
import tomllib
from collections.abc import Mapping
from typing import Any

from ..folders import temporary, whole
from . import uv
from .clashes import clashing
from .locks import Pins
from .pythons import interpreter
from .sources import is_ours, lines
from .wanted import Wanted

OLDEST = "3.11"


def resolved(wanted: Wanted, what: str, told: uv.Told = lambda _: None) -> Pins:
    """The newest versions that go together, for every platform. Raises `NotBuilt` that names what clashes.

    `what` begins the sentence of an error. Where `python` is not asked for, they hold for Python 3.11 and newer.
    """
    minor = interpreter(wanted.interpreter, whole(), what).minor if wanted.python else OLDEST
    try:
        found = compiled(lines(wanted), minor, told)
    except uv.UvFailed as failure:
        raise clashing(failure, what) or uv.explained(failure, what) from None
    packages = [package for package in found if not is_ours(package["name"]) and not _is_here(package)]
    return Pins(
        requires=wanted.requires,
        python=wanted.python,
        packages=tuple(_pin(package) for package in packages),
        megabytes=round(sum(_bytes(package, minor) for package in packages) / 1e6),
    )


def compiled(requirements: tuple[str, ...], minor: str, told: uv.Told = lambda _: None) -> list[Mapping[str, Any]]:
    """The packages of a resolution, as PEP 751 describes them. Raises `uv.UvFailed`."""
    with temporary() as folder:
        (folder / "requires").write_text("\n".join(requirements), encoding="utf-8")
        arguments = ["pip", "compile", "requires", "--format", "pylock.toml", "--output-file", "pylock.toml"]
        options = ["--universal", "--python-version", minor, "--quiet"]
        uv.run_with_or_without_network([*arguments, *options], folder, told)
        return list(tomllib.loads((folder / "pylock.toml").read_text(encoding="utf-8"))["packages"])


def annotated(requirements: tuple[str, ...], minor: str) -> list[tuple[str, list[str]]]:
    """The same as `name==version`, each with the distributions that need it. Raises `uv.UvFailed`."""
    with temporary() as folder:
        (folder / "wanted.in").write_text("\n".join(requirements), encoding="utf-8")
        options = ["--python-version", minor, "--quiet", "--no-header"]
        text = uv.run_with_or_without_network(["pip", "compile", "wanted.in", *options], folder)
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if not line.startswith((" ", "-e", "#")):
            found.append((line.strip(), []))
        elif found and (needed_by := line.strip(" #").removeprefix("via").strip()):
            found[-1][1].append(needed_by)
    return found


def _is_here(package: Mapping[str, Any]) -> bool:
    """Whether it is a project or a wheel in a folder, which has the version that it has."""
    return "directory" in package or "path" in package.get("archive", ())


def _pin(package: Mapping[str, Any]) -> str:
    marker = f" ; {package['marker']}" if package.get("marker") else ""
    return f"{package['name']}{_exactly(package)}{marker}"


def _exactly(package: Mapping[str, Any]) -> str:
    if (source := package.get("vcs")) is not None:
        folder = f"#subdirectory={source['subdirectory']}" if source.get("subdirectory") else ""
        return f" @ {source['type']}+{source['url']}@{source['commit-id']}{folder}"
    return f" @ {package['archive']['url']}" if "archive" in package else f"=={package['version']}"


def _bytes(package: Mapping[str, Any], minor: str) -> int:
    """About what has to be downloaded: the smallest wheel that fits here, or the sources."""
    sources = int(package.get("sdist", {}).get("size", 0))
    fitting = [
        int(wheel["size"]) for wheel in package.get("wheels", ()) if "size" in wheel and _fits(_file(wheel), minor)
    ]
    return min(fitting, default=sources)


def _file(wheel: Mapping[str, Any]) -> str:
    return str(wheel.get("name") or wheel["url"].rpartition("/")[2])


def _fits(file: str, minor: str) -> bool:
    *_, pythons, abi, platforms = file.removesuffix(".whl").split("-")
    number = minor.replace(".", "")
    fits_python = any(tag in (f"cp{number}", "py3", f"py{number}") for tag in pythons.split(".")) or abi == "abi3"
    system = sysconfig.get_platform().partition("-")[0].replace("macosx", "macos")
    here = platform.machine()
    return fits_python and any(
        tag == "any" or (system in tag and tag.endswith((here, "universal2")) and "musl" not in tag)
        for tag in platforms.split(".")
    )
