"""Plays a protocol without a runner: each agent is a function from what it is asked to a decision."""

from massgen_hub.consensus import (
    BORDA,
    Answer,
    Ask,
    Ballot,
    Cancel,
    Cancelled,
    Ended,
    Failed,
    Finish,
    Replied,
    RunStarted,
    Settings,
    State,
    TurnStarted,
)
from massgen_hub.consensus.rounds import Rounds


def begun(agents, seed=7, **settings):
    state = State()
    state.apply(
        RunStarted(task="?", agents=dict.fromkeys(agents, "scripted"), seed=seed, settings=Settings(**settings))
    )
    return state


def play(agents, *, seed=7, rule=BORDA, arrival=None, **settings):
    """Play a run; returns its final state and every event. `arrival` orders the agents that reply in a round."""
    state = begun(agents, seed, **settings)
    log, protocol = [state.started], Rounds(state.settings, rule)

    def emit(event):
        state.apply(event)
        log.append(event)

    while state.verdict is None:
        steps = protocol.next(state)
        for step in steps:
            match step:
                case Ask():
                    emit(TurnStarted(agent=step.agent, round=step.round, attempt=1, kind=step.kind, shown=step.shown))
                case Cancel():
                    emit(Cancelled(agent=step.agent, round=state.round, attempt=1, why=step.why))
                case Finish():
                    emit(Ended(verdict=step.verdict))
        if state.verdict is None and state.running:
            agent = min(state.running, key=arrival or (lambda name: name))
            seat = state.seats[agent]
            emit(_landing(agents[agent], seat, state))
    return state, log


def _landing(behaviour, seat, state):
    where = {"agent": seat.agent, "round": seat.round, "attempt": seat.attempt}
    texts = {label: state.candidates(seat.round)[name].text for label, name in seat.shown}
    decision = behaviour(seat.kind, texts)
    if decision is None:
        return Failed(**where, why="error", message="it fails", final=True)
    if isinstance(decision, list):
        names = {text: (label, dict(seat.shown)[label]) for label, text in texts.items()}
        labels, ranking = zip(*(names[text] for text in decision if text in names), strict=True)
        decision = Ballot(ranking=ranking, labels=labels, reason=f"{seat.agent} says so")
    return Replied(**where, text="...", decision=decision)


def answers(text, *prefers):
    """Drafts `text`, then ranks the texts it prefers, its own first if it names none."""

    def agent(kind, _texts):
        return Answer(text=text) if kind in ("draft", "present") else list(prefers or (text,))

    return agent


def silent(_kind, _texts):
    return None


def fails_to_vote(text):
    return lambda kind, _texts: Answer(text=text) if kind == "draft" else None
