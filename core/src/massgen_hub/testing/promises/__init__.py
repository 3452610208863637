"""The hub's contract as tests. Three lines in a test file check them all:

    class TestMine(AdapterContract):
        adapter = my_adapter
        options = {"system_message": "Be brief."}

Each promise is tried with the real framework against a scripted model, in this process and in a worker behind the
gateway. One that a framework makes impossible is marked, with the reason, and never silently left out:

    @pytest.mark.xfail(reason="my_framework prints a banner")
    def test_it_prints_nothing(self, inline, capfd):
        super().test_it_prints_nothing(inline, capfd)
"""

from __future__ import annotations

from .answers import PassesOnAnswers
from .apart import KeepsThingsApart
from .capabilities import DoesWhatItDeclares
from .decisions import PassesOnDecisions
from .description import DescribesItself
from .endings import EndsWhenItIsTold
from .failures import FailsHonestly
from .reports import ReportsHonestly

__all__ = [
    "AdapterContract",
    "DescribesItself",
    "DoesWhatItDeclares",
    "EndsWhenItIsTold",
    "FailsHonestly",
    "KeepsThingsApart",
    "PassesOnAnswers",
    "PassesOnDecisions",
    "ReportsHonestly",
]


class AdapterContract(
    DescribesItself,
    PassesOnAnswers,
    PassesOnDecisions,
    ReportsHonestly,
    FailsHonestly,
    EndsWhenItIsTold,
    KeepsThingsApart,
    DoesWhatItDeclares,
):
    """Tests of one adapter with one set of options; subclass it once for each kind of agent that it opens."""
