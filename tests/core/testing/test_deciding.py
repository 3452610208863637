"""What holds for agents that decide with tools: an honest one keeps all of it, and a fault breaks what names it."""

import httpx
import pytest
from massgen_hub.contract import Reply
from massgen_hub.kit import decision_tools, refuses_tools
from massgen_hub.options import Options, Reference
from massgen_hub.testing import DECIDES, ModelServer, Take
from plain import TOOLS, PlainAgent, _described, adapter

DECISIONS = {"vote", "answer"}


class DecidingOptions(Options):
    """What an entry may say."""

    system_message: str = ""
    code: bool = False
    tools: tuple[Reference, ...] = ()


class Decider(PlainAgent):
    """Demands a call of a tool in votes, and does without tools where they are refused."""

    takes_tools = True

    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except httpx.HTTPStatusError as failure:
            if not turn.schema or not refuses_tools(failure) or "tool_calls" in str(failure.request.read()):
                raise
        self.takes_tools = False
        return await super().__call__(turn, host)

    def own_calls(self, turn, calls):
        names = [call["function"]["name"] for call in calls]
        return [] if DECISIONS & set(names) else [call for call in calls if call["function"]["name"] in TOOLS]

    def reply(self, text, calls):
        return super().reply(text, [call for call in calls if call["function"]["name"] in DECISIONS])

    def request(self, turn, messages):
        own = [_described("add")] if self.options.tools else []
        ours = decision_tools(turn.schema) if turn.schema and self.takes_tools else []
        asked = {**super().request(turn, messages), "tools": [*ours, *own]}
        return {**asked, "tool_choice": "required"} if ours else asked


class Parses(Decider):
    """Repairs what the model said."""

    def reply(self, text, calls):
        made = super().reply(text, calls)
        return Reply(data={"ranking": ["A"], "reason": made.text}) if made.text else made


class Lenient(Decider):
    """Lets the model talk instead."""

    def request(self, turn, messages):
        return {**super().request(turn, messages), "tool_choice": "auto"}


class Forgetful(Decider):
    """Offers tools again to a server that has refused them."""

    async def __call__(self, turn, host):
        self.takes_tools = True
        return await super().__call__(turn, host)


def broken(agent):
    """The names of what does not hold."""
    failed = []
    for check in DECIDES:
        with ModelServer() as server:
            try:
                check(server, Take(adapter(agent, options=DecidingOptions), server))
            except AssertionError:
                failed.append(check.__name__)
    return failed


def test_all_of_it_holds_for_an_honest_one():
    assert broken(Decider) == []


@pytest.mark.parametrize(
    ("agent", "named"),
    [
        (Parses, "arguments_come_through_untouched_be_they_right_or_not"),
        (Lenient, "a_vote_must_be_cast_with_the_tool"),
        (Forgetful, "a_server_that_refuses_tools_is_asked_for_text_from_then_on"),
    ],
)
def test_a_fault_breaks_what_names_it(agent, named):
    assert named in broken(agent)
