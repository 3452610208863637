"""Components, as AutoGen Studio saves them."""

from __future__ import annotations

import autogen_agentchat_users as users
import pytest
from autogen_core import ComponentModel
from massgen_hub.contract import Model
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, draft, say, vote
from massgen_hub.testing.replies import call

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def saved(model, key=None):
    """A team as it is in a file, where keys are masked, or not at all."""
    text = users.writer_and_critic(model).dump_component().model_dump_json()
    return ComponentModel.model_validate_json(text if key is None else text.replace('"**********"', key))


def asked(server):
    return [request.body["model"] for request in server.requests]


@pytest.mark.parametrize("key", [None, "null"])
def test_a_team_without_keys_runs_on_the_hubs_model(server, take, key):
    server.script("m", [say("Paris."), say("APPROVE"), call("vote", BALLOT)])
    host = RecordingHost()
    elsewhere = Model(name="x", base_url="http://127.0.0.1:9/v1", key="x")
    ballot = take(draft(), vote(), host=host, target=saved(elsewhere, key), voter="writer")
    assert (ballot.data, asked(server)) == (BALLOT, ["m"] * 3)
    assert "Paris." in host.text


def test_a_team_with_keys_keeps_its_own_models(server, take):
    server.script("writer", [say("Paris.")])
    server.script("critic", [say("APPROVE")])
    assert take(draft(), target=saved(server.model("x"), '"own"')).text == "Paris."
    assert asked(server) == ["writer", "critic"]


def test_a_factory_may_make_one(server, take):
    server.script("m", [say("Paris."), say("APPROVE")])
    assert take(draft(), target=lambda: saved(server.model("x"))).text == "Paris."


def test_a_component_that_cannot_be_loaded_is_refused_with_the_reason(take):
    component = ComponentModel(provider="nowhere.Agent", component_type="agent", label="Lost", config={})
    with pytest.raises(ConfigError, match="the component `Lost` cannot be loaded: .*nowhere"):
        take(draft(), target=component)


def test_a_component_that_is_no_agent_is_refused(server, take):
    with pytest.raises(ConfigError, match="is a `OpenAIChatCompletionClient`, which is no agent or team"):
        take(draft(), target=users.client(server.model("m")).dump_component())
