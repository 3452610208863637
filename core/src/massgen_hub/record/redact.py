"""Secrets never reach a record: known values and the formats of keys are replaced before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..contract import JSON

MASK = "[secret]"
SHORTEST = 8

NAMES = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
BY_MARK = {
    ("sk-",): r"sk-(?=[\w-]*\d)[\w-]{16,}",
    ("AIza",): r"AIza[\w-]{30,}",
    ("ghp_", "gho_", "ghs_", "ghu_", "github_pat_"): r"(?:ghp|gho|ghs|ghu|github_pat)_\w{20,}",
    ("AKIA", "ASIA"): r"(?:AKIA|ASIA)[0-9A-Z]{16}",
    ("xox",): r"xox[abprs]-[\w-]{10,}",
    ("hf_", "gsk_", "xai-", "nvapi-", "tgp_", "pplx-"): r"(?:hf_|gsk_|xai-|nvapi-|tgp_|pplx-)(?=[\w-]*\d)[\w-]{16,}",
    ("eyJ",): r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}",
    ("earer ",): r"(?<=[Bb]earer )[\w.~+/-]{16,}=*",
    ("://",): r"(?<=://)[^\s/:@]{1,100}:[^\s/@]{1,200}(?=@)",
}
"""Formats of keys, by the marks without which there is none: most texts have no mark and are not searched."""

FORMATS = tuple(BY_MARK.values())
MARKS = tuple(mark for marks in BY_MARK for mark in marks)


def secrets_of(environment: Mapping[str, str]) -> set[str]:
    """The values of variables whose names say that they are secret."""
    return {value for name, value in environment.items() if NAMES.search(name) and len(value) >= SHORTEST}


class Redactor:
    """Replaces secrets in texts and JSON values."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= SHORTEST}, key=lambda s: (-len(s), s))
        self._pattern = re.compile("|".join([*map(re.escape, known), *FORMATS]))
        self._marks = (*known, *MARKS)

    def text(self, text: str) -> str:
        """The text with every secret masked."""
        return self._pattern.sub(MASK, text) if any(mark in text for mark in self._marks) else text

    def json(self, value: JSON) -> JSON:
        """The value with every secret in its strings masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.json(item) for key, item in value.items()}
        return [self.json(item) for item in value] if isinstance(value, (list, tuple)) else value


class Tail:
    """Redacts a stream: the last unfinished word is held back, so that a secret cut in two is seen whole."""

    LONGEST = 512

    def __init__(self, redactor: Redactor) -> None:
        self._redactor, self._held = redactor, ""

    def feed(self, text: str) -> str:
        """What may be shown now."""
        held = self._held + text
        cut = max(held.rfind(" "), held.rfind("\n")) + 1
        cut = max(cut, len(held) - self.LONGEST)
        self._held = held[cut:]
        return self._redactor.text(held[:cut])

    def rest(self) -> str:
        """What was held back."""
        held, self._held = self._held, ""
        return self._redactor.text(held)
