"""What a person sees: lanes, ballots, the verdict; and that nothing an agent says can harm a terminal."""

import asyncio
import io

import pytest
from massgen_hub.codec import to_plain
from massgen_hub.consensus import BORDA
from massgen_hub.contract import Reply
from massgen_hub.errors import TurnError
from massgen_hub.events import Event
from massgen_hub.record import state_of
from massgen_hub.report import report
from massgen_hub.view.board import Board
from massgen_hub.view.failures import failures_view
from massgen_hub.view.lines import Lines
from massgen_hub.view.live import LiveView
from massgen_hub.view.text import harmless, one_line, seconds, tail, tokens
from massgen_hub.view.verdict import headline, verdict_view
from rich.console import Console
from stage import MemoryJournal, ranking, runner, says

EVIL = "\x1b[2J\x1b]52;c;cm0=\x07\u202evil\x00 x"


class Recording(MemoryJournal):
    """A journal that makes events of everything, half a second apart."""

    def __init__(self):
        super().__init__()
        self.events = []

    def _add(self, type_, data):
        self.events.append(Event(run="run-1", seq=len(self.events) + 1, ts=len(self.events) / 2, type=type_, data=data))

    def decide(self, event):
        super().decide(event)
        self._add(event.type, to_plain(event))

    def delta(self, agent, round_, attempt, part, text):
        self._add("delta", {"agent": agent, "round": round_, "attempt": attempt, "part": part, "text": text})

    def activity(self, type_, data):
        self._add(type_, dict(data))


def events(agents, **options):
    """The events of a run of these agents."""
    made = runner(agents, journal=Recording(), refine=0, **options)
    asyncio.run(made.run())
    return made.journal.events


COUNCIL = {"ann": says("x"), "bob": says("y", "y", "x"), "cem": says("z", "x", "y")}


def drawn(renderable, width=100):
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(renderable)
    return console.file.getvalue()


def board_of(told):
    board = Board()
    for event in told:
        board.take(event)
    return board


def test_a_lane_follows_its_agent():
    told = events(COUNCIL)
    states = []
    board = Board()
    for event in told:
        board.take(event)
        if board.lanes and (not states or states[-1] != board.lanes["bob"].state):
            states.append(board.lanes["bob"].state)
    assert states == ["waiting", "drafting", "answered", "voting", "voted"]
    assert board.lanes["bob"].text == "bob > ann"


def test_an_answer_given_by_a_tool_is_shown_as_it_was_read():
    async def by_tool(turn, host):
        return Reply(data={"answer": "Paris"})

    assert board_of(events({"ann": by_tool})).lanes["ann"].text == "Paris"


def test_time_runs_while_an_agent_works_and_stands_when_it_is_done():
    lane = board_of(events(COUNCIL)).lanes["ann"]
    assert lane.seconds(10_000) == lane.seconds(20_000) > 0


def test_tokens_counted_on_the_wire_replace_those_that_are_reported():
    board = board_of(events(COUNCIL))
    spent = board.lanes["ann"].spent
    assert spent.get("output") is None
    spent.take({"by": "agent", "output": 5})
    assert spent.get("output") == 5
    spent.take({"by": "gateway", "output": 7, "input": None})
    assert (spent.get("output"), spent.get("input")) == (7, None)


def test_ballots_land_in_the_names_of_authors():
    landed = board_of(events(COUNCIL)).ballots
    assert {(one.agent, one.ranking) for one in landed} == {
        ("ann", ("ann",)),
        ("bob", ("bob", "ann")),
        ("cem", ("ann", "bob")),
    }


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_live_view_fits_its_terminal(width):
    console = Console(file=io.StringIO(), width=width, height=40, force_terminal=True)
    view = LiveView(console)
    for event in events(COUNCIL):
        view.board.take(event)
    lines = drawn(view.render(), width).splitlines()
    assert max(map(len, lines)) <= width
    for part in ("ann", "bob", "cem", "test", "voted"):
        assert any(part in line for line in lines)


def test_the_live_view_shows_a_few_lanes_of_many():
    crowd = {f"agent{i}": says(f"x{i}", "x1") for i in range(40)}
    view = LiveView(Console(file=io.StringIO(), width=100, force_terminal=True))
    for event in events(crowd):
        view.board.take(event)
    text = drawn(view.render())
    assert "and 16 more agents" in text
    assert len(text.splitlines()) < 60


def test_lines_say_what_was_decided():
    written = []
    with Lines(written.append) as lines:
        for event in events(COUNCIL):
            lines(event)
    assert written[0] == "run run-1: 3 agents, seed 7"
    assert any(line.startswith("cem [test] voted") and line.endswith("ann > bob because so") for line in written)


def test_the_verdict_shows_every_ballot_the_tally_and_the_dissent():
    state = state_of(events(COUNCIL))
    text = drawn(verdict_view(state.verdict, state, BORDA))
    for part in (
        "ann wins: plurality, 1 of 3 agents put it first",
        "rule borda",
        "ballot of",
        "dissent: bob for bob, “so”",
    ):
        assert part in text


def test_a_failure_is_told_with_its_reason():
    async def fails(turn, host):
        raise ValueError("boom")

    state = state_of(events({**COUNCIL, "dan": fails}))
    assert "dan failed: error: ValueError: boom" in drawn(verdict_view(state.verdict, state, BORDA))


def test_a_failure_is_told_with_what_to_do_when_it_comes_and_in_the_verdict():
    async def fails(turn, host):
        raise TurnError("no key", hint="set OPENAI_API_KEY")

    told, lines = events({**COUNCIL, "dan": fails}), []
    view, state = Lines(lines.append), state_of(told)
    for event in told:
        view(event)
    assert "  hint: set OPENAI_API_KEY" in lines
    shown = drawn(verdict_view(state.verdict, state, BORDA))
    assert "dan failed: error: no key\n  hint: set OPENAI_API_KEY\n" in shown


def test_where_an_agent_fell_over_can_be_shown():
    async def fails(turn, host):
        raise ValueError("boom\x1b[2J")

    shown = drawn(failures_view(events({**COUNCIL, "dan": fails})))
    assert "dan, round 1:" in shown
    assert ', in fails\n    raise ValueError("boom' in shown
    assert "\x1b" not in shown
    assert drawn(failures_view(events(COUNCIL))).strip() == ""


def test_no_answer_at_all_is_said_plainly():
    async def fails(turn, host):
        raise ValueError("boom")

    assert headline(state_of(events({"a": fails})).verdict) == "no answer: no agent gave an answer"


def test_nothing_that_an_agent_says_reaches_a_terminal_raw():
    async def evil(turn, host):
        host.say(EVIL)
        if turn.kind == "draft":
            return EVIL
        return ranking(turn).replace("so", "so\\u001b[2J\\u202e")

    told = events({"evil": evil, "ann": says("x"), "bob": says("y", EVIL)})
    state = state_of(told)
    view, written = LiveView(Console(file=io.StringIO(), width=100, force_terminal=True)), []
    lines = Lines(written.append)
    for event in told:
        view.board.take(event)
        lines(event)
    shown = drawn(view.render()) + drawn(verdict_view(state.verdict, state, BORDA)) + "\n".join(written)
    assert not [character for character in shown if character in "\x1b\x07\x00\u202e"]


def test_text_is_made_harmless_and_keeps_its_form():
    assert harmless(EVIL) == "[2J]52;c;cm0=vil x"
    assert harmless("def f():\n\treturn 'naïve 東京'") == "def f():\n\treturn 'naïve 東京'"


def test_numbers_are_written_for_people():
    assert [seconds(value) for value in (0.04, 9.99, 45.2, 125)] == ["0.0 s", "10.0 s", "45 s", "2 min 05 s"]
    assert [tokens(value) for value in (None, 0, 850, 12_345)] == ["–", "0", "850", "12.3k"]
    assert one_line("a\n  b " * 50, 10) == "a b a b a…"
    assert tail("abc " * 50, 10) == "…c abc abc"


def test_a_report_is_plain_json_with_every_turn_and_ballot():
    told = report(events(COUNCIL))
    assert told == to_plain(told)
    assert [turn["ended"] for turn in told["turns"]] == ["replied"] * 6
    assert all(ballot["counts"] and ballot["text"] for ballot in told["ballots"])
    assert told["verdict"]["exit_code"] == 0


def test_a_report_of_a_run_that_was_cut_off_has_no_verdict():
    told = report(events(COUNCIL)[:4])
    assert told["verdict"] is None
    assert told["turns"][0]["ended"] is None
