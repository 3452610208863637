"""How an adapter tells that a turn failed."""

from __future__ import annotations

import pytest

from ...kit import causes, is_transient
from ..replies import cut, fail
from ..stage import Stage
from ..turns import draft
from .base import Contract

PASSING, LASTING = (429, 500, 503), (400, 401)


class FailsHonestly(Contract):
    """Promises about failures of the model. A retry is the hub's business."""

    @pytest.mark.parametrize("status", [*PASSING, *LASTING])
    def test_a_failing_model_fails_the_turn(self, stage: Stage, status: int) -> None:
        taken = stage.outcome(draft(), lambda _body: fail(status))
        assert taken.failure is not None, f"the turn ended with {taken.reply}"

    @pytest.mark.parametrize("status", PASSING)
    def test_a_busy_model_is_a_passing_failure(self, stage: Stage, status: int) -> None:
        failure = stage.outcome(draft(), lambda _body: fail(status)).failure
        assert failure is not None
        assert is_transient(failure), "raise the failure itself, or a TurnError from it"

    @pytest.mark.parametrize("status", LASTING)
    def test_a_refused_request_is_a_lasting_failure(self, stage: Stage, status: int) -> None:
        failure = stage.outcome(draft(), lambda _body: fail(status)).failure
        assert failure is not None
        assert not is_transient(failure)

    @pytest.mark.parametrize("status", [429, 400])
    def test_the_words_of_the_model_s_server_are_kept(self, stage: Stage, status: int) -> None:
        failure = stage.outcome(draft(), lambda _body: fail(status)).failure
        assert failure is not None
        assert any(f"the script says {status}" in str(cause) for cause in causes(failure))

    @pytest.mark.parametrize("status", PASSING)
    def test_it_leaves_retries_to_the_hub(self, stage: Stage, status: int) -> None:
        assert len(stage.outcome(draft(), lambda _body: fail(status)).requests) == 1

    def test_a_model_that_hangs_up_fails_the_turn_for_now(self, stage: Stage) -> None:
        taken = stage.outcome(draft(), lambda _body: cut("Par"))
        assert taken.failure is not None, f"the turn ended with {taken.reply}"
        assert is_transient(taken.failure)
        assert len(taken.requests) == 1

    def test_it_works_after_a_failure(self, stage: Stage) -> None:
        stage.outcome(draft(), lambda _body: fail(500))
        assert stage.take(draft(round=2), self.says("Paris.")).reply.text == "Paris."
