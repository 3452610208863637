"""Which generations of AG2 are installed, told by the versions of distributions. Imports none of them.

Classic is `autogen` 0.14.1; before that it was `ag2`, and the `autogen` of the same version asked for nothing but it.
AG2 1.x is `ag2`.
"""

from __future__ import annotations

from importlib.metadata import version

from massgen_hub.errors import ConfigError


def refuse_two_classics() -> None:
    """Raise `ConfigError` where two distributions have written into the package `autogen`, over each other."""
    ag2, autogen = version("ag2"), version("autogen")
    if ag2 != autogen and not has_modern():
        what = f"ag2 {ag2} and autogen {autogen} are both classic AG2, in one and the same package"
        raise ConfigError(what, hint=f"require `autogen=={ag2}`, which brings this ag2 and no other")


def require_modern() -> None:
    """Raise `ConfigError` where AG2 1.x is not installed."""
    if not has_modern():
        what = f"`kind: agent` is an agent of AG2 1.x, and ag2 {version('ag2')} is classic"
        raise ConfigError(what, hint='require "ag2[openai]>=1.2", or leave `kind` out')


def has_modern() -> bool:
    """Whether `import ag2` is AG2 1.x."""
    return not version("ag2").startswith("0.")


def has_openai(major: int) -> bool:
    """Whether the client of OpenAI is of this generation or a later one."""
    return int(version("openai").partition(".")[0]) >= major
