"""Environments of agents' own, for frameworks that cannot live together.

wanted      which environments a config asks for
sources     where our own distributions come from: this checkout, or by name
pythons     the interpreter of an environment
uv          how uv is called, and what its failures mean
resolving   from requirements to exact versions
clashes     which two requirements clash where there are none; why: of any two adapters
locks       those versions, kept beside the config
store       the environments that are built, shared by all configs of a user
building    from exact versions to an environment
syncing     all of it for a config
asking      whether an environment knows an adapter and takes its options

An environment keeps dependencies apart; it is no security boundary.
"""

from .asking import check_options
from .syncing import Progress, in_use, interpreters, missing, not_built, relock, sync

__all__ = ["Progress", "check_options", "in_use", "interpreters", "missing", "not_built", "relock", "sync"]
