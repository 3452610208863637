"""`python -m massgen_hub.worker --check`: what an environment knows of adapters, and whether they take some options.

In: a JSON list of `{adapter, options}`. Out: a JSON list with, for each, `error` and `hint` where the adapter cannot be
had, else the `distribution` and `version` that bring it, the `versions` of its framework, those `tested`, and the
`problems` of the options. No framework is imported.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from ..errors import HubError
from ..problems import problems
from .opening import find_adapter
from .versions import versions_of


def main(source: int, output: int) -> None:
    """Answer one list of questions, and end."""
    with os.fdopen(source, "rb") as asked, os.fdopen(output, "w", encoding="utf-8") as answered:
        json.dump([_answer(question) for question in json.load(asked)], answered)


def _answer(question: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = dict.fromkeys(("error", "hint", "distribution", "version"), "")
    try:
        adapter, plugin = find_adapter(question["adapter"])
    except HubError as failure:
        return answer | {"error": failure.message, "hint": failure.hint}
    return answer | {
        "distribution": plugin.distribution,
        "version": plugin.version,
        "versions": versions_of(tested.distribution for tested in adapter.tested),
        "tested": [vars(tested) for tested in adapter.tested],
        "problems": problems(adapter.options, question["options"]),
    }
