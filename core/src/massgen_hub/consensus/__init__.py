"""The consensus: pure. No clock, no chance but the seed, no I/O, no await.

`State.apply` folds decisive events; `Protocol.next` looks at a state and says what to do; a `Rule` turns ballots into
a tally; `conclude` makes the verdict.
"""

from .clusters import Candidate, Given
from .council import COUNCIL
from .decisions import Abstention, Answer, Ballot, Decision, Refusal
from .electorate import Electorate, Past
from .events import Cancelled, Decisive, Ended, Failed, Replied, RunStarted, Stopped, TurnStarted
from .live import LIVE
from .pair import PAIR
from .panel import Panel
from .protocol import Ask, Cancel, Finish, Protocol, ProtocolSpec, Step
from .rounds import ROUNDS
from .rules import BORDA, PLURALITY, Rule, Tally, Vote
from .settings import Settings
from .state import Cast, State, fold
from .verdict import Absence, BestSingle, Dissent, Standing, TieStep, Turnout, Verdict

__all__ = [
    "BORDA",
    "COUNCIL",
    "LIVE",
    "PAIR",
    "PLURALITY",
    "ROUNDS",
    "Absence",
    "Abstention",
    "Answer",
    "Ask",
    "Ballot",
    "BestSingle",
    "Cancel",
    "Cancelled",
    "Candidate",
    "Cast",
    "Decision",
    "Decisive",
    "Dissent",
    "Electorate",
    "Ended",
    "Failed",
    "Finish",
    "Given",
    "Panel",
    "Past",
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
    "TieStep",
    "TurnStarted",
    "Turnout",
    "Verdict",
    "Vote",
    "fold",
]
