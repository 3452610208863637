"""Which generations of AG2 are installed, told by the versions of distributions. Imports none of them.

Classic is `autogen` 0.14.1; before that it was `ag2`, and the `autogen` of the same version asked for nothing but it.
AG2 1.x is `ag2`.
"""

from __future__ import annotations

import re
from importlib.metadata import version

from massgen_hub.errors import ConfigError

TO_HAVE_1X = 'environment: {requires: ["ag2[openai]>=1.2"]}'
EXTRA = re.compile(r"\bag2\[[\w-]+\]")
"""What AG2 1.x wants to be installed, in its own words."""


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


def advice(failure: ImportError) -> str:
    """The `environment:` in which the user's module can be imported, if it needs another generation of AG2."""
    lacking = failure.name or ""
    if lacking.partition(".")[0] == "ag2" and not has_modern():
        return f"this is code for AG2 1.x, and here is classic {version('ag2')}: write `{TO_HAVE_1X}`"
    if extra := EXTRA.search(str(failure)):
        wanted = f'environment: {{requires: ["{extra[0]}>=1.2"]}}'
        return f"this is code for AG2 1.x, and openai {version('openai')} is here for classic: write `{wanted}`"
    if lacking.partition(".")[0] != "autogen":
        return ""
    wanted = 'environment: {requires: ["autogen[openai]==VERSION"]}'
    return f"here is classic AG2 {version('autogen')}: name the version that it was written for, `{wanted}`"


def has_modern() -> bool:
    """Whether `import ag2` is AG2 1.x."""
    return not version("ag2").startswith("0.")


def has_openai(major: int) -> bool:
    """Whether the client of OpenAI is of this generation or a later one."""
    return int(version("openai").partition(".")[0]) >= major
