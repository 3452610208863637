"""Scripted models that vote, whichever framework asks."""

import json
import re

from massgen_hub.testing import call, content_text, say


def votes(body):
    """The first label of whatever is to be ranked, natively where tools are offered."""
    labels = re.findall(r"~[0-9a-f]{8} ([A-Z]+)\n", body)
    return {"reason": "It is right.", "ranking": labels}


def answers(text):
    """A model that drafts this text and votes for all it is shown, in the order displayed."""

    def script(body):
        prompt = "\n".join(content_text(message.get("content")) for message in body["messages"])
        if "Reply with JSON only" not in prompt:
            return say(text)
        ballot = votes(prompt)
        return call(body["tools"][0]["function"]["name"], ballot) if body.get("tools") else say(json.dumps(ballot))

    return script
