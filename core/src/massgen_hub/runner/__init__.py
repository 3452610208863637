"""The runner: the only place that awaits agents."""

from .files import Folders
from .flight import Participant
from .runner import Journal, Runner

__all__ = ["Folders", "Journal", "Participant", "Runner"]
