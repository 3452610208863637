"""Chance that can be repeated: every draw is a hash of the run's seed and of what is drawn, never of an index."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b


def digest(text: str) -> str:
    """A short name for a text: 12 hexadecimal digits."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def draw(*parts: object) -> int:
    """A 64-bit number that depends on every part."""
    return int.from_bytes(blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


def shuffled(items: Iterable[str], *key: object) -> list[str]:
    """The items in an order that depends on the key and on the items, not on how they were listed."""
    return sorted(items, key=lambda item: (draw(*key, item), item))
