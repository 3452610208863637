"""What an adapter makes of a decision. It never reads one: it hands on what the model gave."""

from __future__ import annotations

import json

from ...consensus import Answer, Ballot, Refusal
from ..replies import say
from ..stage import Stage
from ..turns import decide, vote
from .base import BALLOT, BETTER, MOST_CALLS, PROSE, Contract, decision

UNKNOWN_LABEL = {"reason": "It is the capital.", "ranking": ["Z"]}


class PassesOnDecisions(Contract):
    """Promises about ballots and better answers."""

    def test_a_ballot_reaches_the_hub(self, stage: Stage) -> None:
        reply = stage.take(vote(), self.decides(BALLOT)).reply
        found = decision("vote", reply)
        assert isinstance(found, Ballot), f"the hub reads {found} in {reply}"
        assert (found.labels, found.reason) == (("B", "A"), BALLOT["reason"])

    def test_a_better_answer_reaches_the_hub(self, stage: Stage) -> None:
        reply = stage.take(decide(), self.decides(BETTER)).reply
        found = decision("decide", reply)
        assert isinstance(found, Answer), f"the hub reads {found} in {reply}"
        assert found.text == BETTER["answer"]

    def test_a_fenced_ballot_in_prose_reaches_the_hub(self, stage: Stage) -> None:
        text = f"I have thought about it.\n\n```json\n{json.dumps(BALLOT, indent=2)}\n```\n"
        found = decision("vote", stage.take(vote(), lambda _body: say(text)).reply)
        assert isinstance(found, Ballot)
        assert found.labels == ("B", "A")

    def test_of_two_decisions_in_one_reply_the_first_counts(self, stage: Stage) -> None:
        for first, second, kind in ((BALLOT, BETTER, Ballot), (BETTER, BALLOT, Answer)):
            found = decision("decide", stage.take(decide(), self.decides(first, second)).reply)
            assert isinstance(found, kind), f"the hub reads {found}"

    def test_an_unknown_label_is_left_to_the_hub(self, stage: Stage) -> None:
        taken = stage.take(vote(), self.decides(UNKNOWN_LABEL))
        found = decision("vote", taken.reply)
        assert isinstance(found, Refusal), f"the hub reads {found}"
        assert "'Z'" in found.why
        assert len(taken.requests) <= MOST_CALLS

    def test_prose_instead_of_a_ballot_comes_through_as_text(self, stage: Stage) -> None:
        reply = stage.take(vote(), lambda _body: say(PROSE)).reply
        assert PROSE in reply.text
        assert reply.data is None, "the model made no decision"

    def test_prose_instead_of_a_ballot_takes_few_calls(self, stage: Stage) -> None:
        taken = stage.take(vote(), lambda _body: say(PROSE))
        assert len(taken.requests) <= MOST_CALLS, "bound the framework's own tries: the hub has its own"

    def test_a_real_model_would_accept_every_request(self, stage: Stage) -> None:
        drafted = stage.take(decide(kind="draft", schema=None, shown=()), self.says("Paris.")).requests
        decided = stage.take(decide(), self.decides(BALLOT)).requests
        assert drafted, "the model was not asked"
        assert not [reason for request in drafted + decided for reason in request.invalid]
