"""Which models take part: pools of a corpus, and how alike their errors are."""

from __future__ import annotations

import numpy as np
from massgen_hub.errors import ConfigError
from numpy.typing import NDArray

from .corpus import Corpus

USUAL = {"gsm8k": ("top10", "mid10"), "math-l5": ("top10", "mid10"), "mmlu-pro": ("top8", "4-13")}


def pool_of(corpus: Corpus, name: str) -> list[str]:
    """`top10`: the ten best; `mid10`: ten around the median; `4-13`: the ranks 4 to 13. Best first.

    Raises `ConfigError` for another form, or more models than there are.
    """
    ranked = corpus.ranked
    try:
        if name.startswith("top"):
            first, last = 0, int(name[3:])
        elif name.startswith("mid"):
            first = (len(ranked) - int(name[3:])) // 2
            last = first + int(name[3:])
        else:
            low, high = name.split("-")
            first, last = int(low) - 1, int(high)
    except ValueError:
        raise ConfigError(f"`{name}` is no pool", hint="pools look like top10, mid10, 4-13") from None
    if not 0 <= first < last <= len(ranked):
        raise ConfigError(f"the pool `{name}` does not fit the {len(ranked)} models of {corpus.name}")
    return ranked[first:last]


def likeness(codes: NDArray[np.int64]) -> tuple[float, float]:
    """The mean correlation of errors over pairs of models, and P(same wrong answer | both wrong, both answered)."""
    wrong = codes != 0
    together = np.corrcoef(wrong.T)
    pairs = np.triu_indices(codes.shape[1], 1)
    first, second = codes[:, pairs[0]], codes[:, pairs[1]]
    both = (first > 0) & (second > 0)
    return float(together[pairs].mean()), float((first == second)[both].mean())
