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
    """The items in an order that depends on the key and on which items there are, not on how they were listed."""
    ordered = sorted(items)
    lots = _lots(len(ordered), "\x1f".join(map(str, key)))
    return [item for _, item in sorted(zip(lots, ordered, strict=False))]


def _lots(count: int, key: str) -> list[bytes]:
    """At least so many lots of 8 bytes."""
    blocks = (blake2b(f"{key}\x1f{number}".encode()).digest() for number in range(count // 8 + 1))
    bits = b"".join(blocks)
    return [bits[start : start + 8] for start in range(0, len(bits), 8)]
