"""The versions of what an adapter drives, read from metadata: nothing is imported."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from ..contract import Adapter

TELLING = ("openai", "mcp")
"""Distributions whose generation decides who can live with whom."""


def versions_of(adapter: Adapter) -> dict[str, str]:
    """By distribution: those of the adapter's framework and the telling ones, where they are installed."""
    names = dict.fromkeys([*(tested.distribution for tested in adapter.tested), *TELLING])
    return {name: found for name in names if (found := _version(name))}


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
