"""What an adapter makes of an answer."""

from __future__ import annotations

import json

import pytest

from ..replies import say
from ..server import heard
from ..stage import Stage
from ..turns import decide, draft
from .base import BETTER, Contract

SHAPED = "def f(x):\n    return [\n        x,\n    ]\n\n\tTab, then: naïve “quotes” — 東京 🗼"
LINE = "東京 🗼" + "0123456789" * 400
LONG = "\n".join([LINE] * 200)
"""About 0.8 MB; in long words, because the scripted model streams word by word."""


class PassesOnAnswers(Contract):
    """Promises about answers."""

    def test_a_draft_is_the_text_of_the_model(self, stage: Stage) -> None:
        assert stage.take(draft(), self.says("Paris.")).reply.text == "Paris."

    def test_newlines_indentation_and_unicode_survive(self, stage: Stage) -> None:
        assert stage.take(draft(), self.says(SHAPED)).reply.text == SHAPED

    def test_a_long_answer_survives(self, stage: Stage) -> None:
        assert stage.take(draft(), self.says(LONG)).reply.text == LONG

    def test_a_draft_that_looks_like_a_decision_stays_as_it_is(self, stage: Stage) -> None:
        text = json.dumps(BETTER)
        assert json.loads(stage.take(draft(), self.says(text)).reply.text) == BETTER

    def test_the_streamed_pieces_join_to_the_reply(self, stage: Stage) -> None:
        if not self.case.traits.streams:
            pytest.skip("it does not stream")
        taken = stage.take(draft(), self.says(SHAPED))
        assert taken.host.said, "nothing was streamed"
        assert taken.host.text == taken.reply.text

    def test_the_model_hears_the_whole_prompt(self, stage: Stage) -> None:
        turns = draft(SHAPED), decide(SHAPED, repair="it holds no vote")
        for turn in turns:
            taken = stage.take(turn, lambda _body: say("Paris."))
            assert turn.prompt in heard(taken.requests[0])
