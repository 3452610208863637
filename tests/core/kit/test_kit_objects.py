"""What an agent cannot be opened without, and what has no effect on it."""

import asyncio
from contextlib import nullcontext

import pytest
from massgen_hub.contract import Adapter, Model, Setup
from massgen_hub.errors import ConfigError, NotAvailable
from massgen_hub.kit import Approval, approval, models_of, refuse_idle, users_agent
from massgen_hub.kit.objects import awaited
from massgen_hub.options import Options
from massgen_hub.testing import RecordingHost


class Wishes(Options):
    max_turns: int = 3
    system_message: str = ""


def test_an_agent_made_from_options_needs_a_model():
    model = Model(name="m")
    assert models_of(Setup(agent="ada", seed=1, model=model)) is model
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        models_of(Setup(agent="ada", seed=1))


class Parrot:
    def __init__(self, words):
        self.words = words


def test_a_factory_is_given_what_it_has_parameters_for():
    accepts, model = (f"{Parrot.__module__.partition('.')[0]}.Parrot",), Model(name="m")
    assert users_agent(lambda: Parrot(()), accepts, model, tools=[1]).words == ()
    assert users_agent(lambda model, tools: Parrot((model, tools)), accepts, model, tools=[1], schema={}).words == (
        model,
        [1],
    )


def broken(model):
    raise LookupError("no clay")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("text", "a `str` is no agent of this framework"),
        (Parrot(()), f"a `{Parrot.__module__.partition('.')[0]}.Parrot` is no agent of this framework"),
        (
            lambda: Parrot(()),
            r"Parrot`, which is no agent\n\nhint: give an instance of `lab.Agent`, or a factory of one",
        ),
        (Parrot, r"`Parrot` cannot be called: nobody gives it `words`\n\nhint: .* which may take `model` and `tools`"),
        (broken, r"`broken` fails \(.*test_kit_objects.py:\d+\): LookupError: no clay"),
    ],
)
def test_what_gives_no_agent_is_refused_in_a_line(target, said):
    with pytest.raises(ConfigError, match=said):
        users_agent(target, ("lab.Agent",), None, tools=[])


def test_an_error_of_the_hub_s_own_that_a_factory_raises_is_the_error():
    def refusing(model):
        return models_of(Setup(agent="ada", seed=1, model=model))

    with pytest.raises(ConfigError, match="^agent `ada` needs a model"):
        users_agent(refusing, ("lab.Agent",), None)


def handed(target, accepts=("lab.Agent",)):
    """What an adapter is given of a target."""
    adapter = Adapter(name="lab", summary="Hands out.", options=Wishes, open=nullcontext, accepts=accepts)
    setup = Setup(agent="ada", seed=1, target=target, model=Model(name="m"))
    return asyncio.run(awaited(adapter, setup)).target


async def slowly(model):
    return Parrot(model.name)


async def slowly_broken():
    raise LookupError("no clay")


async def asking(words):
    return Parrot(words)


def test_what_an_async_factory_makes_is_handed_to_the_adapter():
    assert handed(slowly).words == "m"


def test_an_adapter_that_takes_no_objects_is_handed_the_function():
    assert handed(slowly, accepts=()) is slowly


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (slowly_broken, r"`slowly_broken` fails \(.*test_kit_objects.py:\d+\): LookupError: no clay"),
        (asking, "`asking` cannot be called: nobody gives it `words`"),
    ],
)
def test_an_async_factory_is_refused_as_any_other(target, said):
    with pytest.raises(ConfigError, match=said):
        handed(target)


@pytest.mark.parametrize(("existing", "whose"), [(True, "an agent of your own"), (False, "an agent made from options")])
def test_an_option_without_effect_is_refused(existing, whose):
    refuse_idle(Wishes(max_turns=2), {"max_turns"}, existing=existing)
    with pytest.raises(ConfigError, match=f"`system_message` has no effect on {whose}"):
        refuse_idle(Wishes(system_message="x"), {"max_turns"}, existing=existing)


@pytest.mark.parametrize(
    ("said", "understood"),
    [("approve", Approval(True)), ("reject", Approval(False)), ("too dear", Approval(False, "too dear"))],
)
def test_anything_but_approve_rejects_a_call(said, understood):
    host = RecordingHost([said])
    assert asyncio.run(approval(host, "buy", {"price": 3})) == understood
    assert (host.questions[0].text, host.questions[0].data) == (
        "May `buy` be called?",
        {"name": "buy", "args": {"price": 3}},
    )


def test_a_question_that_nobody_answers_is_told():
    with pytest.raises(NotAvailable, match="the agent asks, and nobody answers: May `buy` be called"):
        asyncio.run(approval(RecordingHost(), "buy", {}))
