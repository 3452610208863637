"""The consensus: pure. No clock, no chance but the seed, no I/O, no await.

`State.apply` folds decisive events; `Protocol.next` looks at a state and says what to do; a `Rule` turns ballots into
a tally; `conclude` makes the verdict.
"""

from .clusters import Candidate, Given
from .decisions import Abstention, Answer, Ballot, Decision, Refusal
from .events import Cancelled, Decisive, Ended, Failed, Replied, RunStarted, Stopped, TurnStarted
from .protocol import Ask, Cancel, Finish, Protocol, ProtocolSpec, Step
from .rounds import ROUNDS
from .rules import BORDA, PLURALITY, Rule, Tally, Vote
from .settings import Settings
from .state import State, fold
from .verdict import Absence, Dissent, Standing, Verdict

__all__ = [
    "BORDA",
    "PLURALITY",
    "ROUNDS",
    "Absence",
    "Abstention",
    "Answer",
    "Ask",
    "Ballot",
    "Cancel",
    "Cancelled",
    "Candidate",
    "Decision",
    "Decisive",
    "Dissent",
    "Ended",
    "Failed",
    "Finish",
    "Given",
    "Protocol",
    "ProtocolSpec",
    "Refusal",
    "Replied",
    "Rule",
    "RunStarted",
    "Settings",
    "Standing",
    "State",
    "Step",
    "Stopped",
    "Tally",
    "TurnStarted",
    "Verdict",
    "Vote",
    "fold",
]
