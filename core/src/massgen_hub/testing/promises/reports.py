"""What an adapter tells the hub, and what it does behind its back."""

from __future__ import annotations

import pytest

from ...contract import Usage
from ..server import Request
from ..stage import Inline, Stage, Workers
from ..turns import draft, vote
from ..watching import network
from .base import BALLOT, Contract


class ReportsHonestly(Contract):
    """Promises about usage, output and the network."""

    def test_unknown_usage_is_not_zero(self, stage: Stage) -> None:
        spent = stage.take(draft(), self.says("Paris.")).host.spent
        assert 0 not in [number for usage in spent for number in (usage.input, usage.output, usage.calls)]

    def test_usage_is_right_or_unknown(self, stage: Stage) -> None:
        taken = stage.take(draft(), self.says("Paris."))
        assert right_or_unknown(taken.host.spent, taken.requests)

    def test_it_prints_nothing(self, inline: Inline, capfd: pytest.CaptureFixture[str]) -> None:
        inline.take(draft(), self.says("Paris."))
        inline.take(vote(), self.decides(BALLOT))
        assert tuple(capfd.readouterr()) == ("", "")

    def test_it_talks_to_nobody_but_its_model(self, inline: Inline) -> None:
        with network() as elsewhere:
            inline.take(draft(), self.says("Paris."))
            inline.take(vote(), self.decides(BALLOT))
        assert elsewhere == []

    def test_its_process_prints_nothing(self, worker: Workers) -> None:
        worker.take(draft(), self.says("Paris."))
        before = worker.printed()
        worker.take(draft(round=2), self.says("Paris."))
        worker.take(vote(round=3), self.decides(BALLOT))
        assert (worker.printed_first, worker.printed().removeprefix(before)) == ("", "")

    def test_its_process_asks_nobody_and_writes_only_into_its_folders(self, worker: Workers) -> None:
        worker.take(draft(), self.says("Paris."))
        worker.take(vote(round=2), self.decides(BALLOT))
        assert worker.seen() == []


def right_or_unknown(spent: list[Usage], requests: list[Request]) -> bool:
    """Whether the reports of a turn sum to what its requests cost, in so far as they claim to know."""
    told = [(usage.input, usage.output) for usage in spent]
    if not told or any(None in pair for pair in told):
        return True
    sums = tuple(sum(int(pair[place] or 0) for pair in told) for place in (0, 1))
    return sums == tuple(sum(request.usage[place] for request in requests) for place in (0, 1))
