"""The dialogue: the hub renders every prompt and reads every reply, once for all frameworks."""

from .objects import json_objects
from .prompt import fence, quoted, render
from .reply import read
from .schema import ballot_schema, reply_schema

__all__ = ["ballot_schema", "fence", "json_objects", "quoted", "read", "render", "reply_schema"]
