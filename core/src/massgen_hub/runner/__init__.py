"""The runner: the only place that awaits agents."""

from .files import Folders
from .flight import Participant
from .journal import Journal
from .runner import Runner

__all__ = ["Folders", "Journal", "Participant", "Runner"]
