"""Plays a protocol without a runner: each agent is a function from what it is asked to a decision."""

from massgen_hub.consensus import (
    BORDA,
    ROUNDS,
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


def begun(agents, seed=7, past=None, **settings):
    state = State()
    state.apply(
        RunStarted(
            task="?", agents=dict.fromkeys(agents, "scripted"), seed=seed, settings=Settings(**settings), past=past
        )
    )
    return state


def play(agents, *, seed=7, rule=BORDA, spec=ROUNDS, arrival=None, past=None, **settings):
    """Play a run; returns its final state and every event. `arrival` says who replies first:
    a key, or a list of agents (when it is used up, by name)."""
    state = begun(agents, seed, past=past, **settings)
    log = play_on(state, spec.make(state.settings, rule), agents, arrival=arrival)
    return state, [state.started, *log]


def play_on(state, protocol, agents, *, arrival=None, until=lambda: False):
    """Play on to the end, or until something is so; returns the events."""
    log = []

    def emit(event):
        state.apply(event)
        log.append(event)

    while state.verdict is None and not until():
        steps = protocol.next(state)
        for step in steps:
            match step:
                case Ask():
                    emit(TurnStarted(agent=step.agent, round=step.round, attempt=1, kind=step.kind, shown=step.shown))
                case Cancel():
                    emit(Cancelled(agent=step.agent, round=state.seats[step.agent].round, attempt=1, why=step.why))
                case Finish():
                    emit(Ended(verdict=step.verdict))
        if state.verdict is None and state.running:
            agent = _next(state.running, arrival)
            seat = state.seats[agent]
            emit(_landing(agents[agent], seat, state))
    return log


def _next(running, arrival):
    """Who replies next: the first of a list, or the lowest by a key."""
    if isinstance(arrival, list) and arrival:
        return arrival.pop(0)
    return min(running, key=arrival if callable(arrival) else None)


def _landing(behaviour, seat, state):
    where = {"agent": seat.agent, "round": seat.round, "attempt": seat.attempt}
    texts = {label: state.candidates(seat.view)[name].text for label, name in seat.shown}
    decision = behaviour(seat.kind, texts)
    if decision is None:
        return Failed(**where, why="error", message="it fails", final=True)
    if isinstance(decision, dict):
        by_text = {text: dict(seat.shown)[label] for label, text in texts.items()}
        decision = Ballot(**{field: _named(value, by_text) for field, value in decision.items()})
    if isinstance(decision, list):
        names = {text: (label, dict(seat.shown)[label]) for label, text in texts.items()}
        liked = [text for text in decision if text in names] or list(names)
        labels, ranking = zip(*(names[text] for text in dict.fromkeys(liked)), strict=True)
        decision = Ballot(ranking=ranking, labels=labels, reason=f"{seat.agent} says so")
    return Replied(**where, text="...", decision=decision)


def _named(value, by_text):
    if isinstance(value, dict):
        return {by_text[text]: score for text, score in value.items() if text in by_text}
    return tuple(by_text[text] for text in value if text in by_text)


def answers(text, *prefers):
    """Drafts `text`, then ranks the texts it prefers, its own first if it names none."""

    def agent(kind, _texts):
        return Answer(text=text) if kind in ("draft", "present") else list(prefers or (text,))

    return agent


def silent(_kind, _texts):
    return None


def fails_to_vote(text):
    return lambda kind, _texts: Answer(text=text) if kind == "draft" else None
