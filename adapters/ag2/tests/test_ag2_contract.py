"""The promises of the hub's contract, kept by every kind of agent of both generations."""

from massgen_hub_ag2.conformance import *  # noqa: F403
