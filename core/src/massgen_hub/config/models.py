"""The models of a run: from what the config says to an address, a name and a key."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..contract import Model, ModelSource
from ..errors import ModelError
from ..hints import did_you_mean
from ..providers import find, key_from, resolve
from .checking import checked
from .schema import ModelEntry
from .source import Node, plain
from .variables import NAME, Expansion
from .words import looks_secret

_ONE_VARIABLE = re.compile(rf"\$\{{({NAME.pattern})\}}|({NAME.pattern})")
_ADDRESS = re.compile(r"https?://[\w.-]+(:\d+)?(/\S*)?|https?://\[[0-9a-fA-F:.]+\](:\d+)?(/\S*)?")


class Models:
    """Resolves the models that agents name. Missing keys are gathered, so that all of them are told at once."""

    def __init__(self, named: Mapping[str, Node], sources: Mapping[str, ModelSource], expand: Expansion) -> None:
        self._named, self._sources, self._expand = named, sources, expand
        self._failures: dict[str, ModelError] = {}
        for node in named.values():
            _parts(node)

    def resolve(self, node: Node) -> tuple[Model | None, str]:
        """The model of an agent's `model:` and the name of its source (empty: an address of one's own).

        The model is None where a key is missing, which `finish` tells. Raises `ConfigError` for everything else.
        """
        entry = self._named.get(str(self._expand(node)), node) if isinstance(node.value, str) else node
        parts = _parts(entry)
        name, base_url = (str(self._expand(parts[key])) if key in parts else "" for key in ("model", "base_url"))
        try:
            if base_url:
                return self._at_address(name, base_url, parts), ""
            return self._from_source(name, parts)
        except ModelError as failure:
            self._failures.setdefault(failure.message, failure)
            return None, ""

    def finish(self) -> None:
        """Raises `ModelError` with everything that is missing."""
        if self._failures:
            several = "set them, put them into `.env` beside the config, or run without a key: `--model local`"
            first, *others = self._failures.values()
            raise ModelError("\n".join(self._failures), hint=several if others else first.hint)

    def _at_address(self, name: str, base_url: str, parts: Mapping[str, Node]) -> Model:
        if not _ADDRESS.fullmatch(base_url):
            raise parts["base_url"].error("expected an address such as `http://127.0.0.1:8000/v1`")
        return Model(name=name, base_url=base_url.rstrip("/"), key=self._key(name, parts))

    def _from_source(self, name: str, parts: Mapping[str, Node]) -> tuple[Model, str]:
        try:
            source, _ = find(name, self._sources)
        except ModelError as unknown:
            near = did_you_mean(name, self._named)
            raise parts["model"].error(unknown.message, hint=near or unknown.hint) from None
        return resolve(name, self._sources, self._expand.variables, self._key(name, parts)), source.name

    def _key(self, name: str, parts: Mapping[str, Node]) -> str:
        node = parts.get("key")
        if node is None:
            return ""
        if variable := _ONE_VARIABLE.fullmatch(node.value):
            return key_from(variable[1] or variable[2], name, self._expand.variables)
        return str(self._expand(node))


def _refuse_keys(parts: Mapping[str, Node]) -> None:
    """A key stands in the environment, never in a config, be it used or not."""
    node = parts.get("key")
    if node is None or (not looks_secret(node.value) and ("${" in node.value or _ONE_VARIABLE.fullmatch(node.value))):
        return
    what = "this looks like a key itself" if looks_secret(node.value) else "expected the name of a variable"
    raise node.error(what, hint="a config holds no keys; name the variable that holds it: `key: OPENAI_API_KEY`")


def _parts(entry: Node) -> dict[str, Node]:
    """The keys of a model's entry; a text alone is its `model`."""
    checked(ModelEntry, entry, plain(entry))
    parts = entry.value if isinstance(entry.value, dict) else {"model": entry}
    _refuse_keys(parts)
    return parts
