"""What an agent cannot be opened without, and what has no effect on it."""

import asyncio
import json
from types import ModuleType

import pytest
from massgen_hub.contract import Model, Setup
from massgen_hub.errors import ConfigError, NotAvailable
from massgen_hub.kit import Approval, approval, awaited_agent, models_of, refuse_idle, users_agent
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


def broken(words=()):
    raise LookupError("no clay")


def wants_a_model(model):
    return Parrot(model.name)


async def later(model):
    await asyncio.sleep(0)
    return Parrot(model)


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
        (json, '`json` is a module, and no agent\n\nhint: name what is in it, as in "json:agent"'),
        (broken, r"`broken` fails \(.*test_kit_objects.py:\d+\): LookupError: no clay$"),
        (wants_a_model, r"`wants_a_model` fails .*AttributeError.*\n\nhint: its entry has no `model:`"),
        (later, "`later` is async, which a factory cannot be here"),
    ],
)
def test_what_gives_no_agent_is_refused_in_a_line(target, said):
    with pytest.raises(ConfigError, match=said):
        users_agent(target, ("lab.Agent",), None, tools=[])


def test_a_class_of_agents_is_no_agent():
    accepts = (f"{Parrot.__module__.partition('.')[0]}.Parrot",)
    with pytest.raises(
        ConfigError, match=r"`Parrot` is a class of agents, and no agent\n\nhint: give a bird, or a factory"
    ):
        users_agent(Parrot, accepts, None, expected="a bird")


def test_an_async_factory_is_awaited_where_an_adapter_awaits_it():
    accepts, model = (f"{Parrot.__module__.partition('.')[0]}.Parrot",), Model(name="m")
    assert asyncio.run(awaited_agent(later, accepts, model)).words is model
    assert asyncio.run(awaited_agent(lambda: Parrot("hi"), accepts, None)).words == "hi"
    own = Parrot(())
    assert asyncio.run(awaited_agent(own, accepts, None)) is own


@pytest.mark.parametrize(("made", "said"), [(7, "`factory` made a `int`, which is no agent"), (None, "no clay")])
def test_what_an_async_factory_does_wrong_is_told_like_that_of_another(made, said):
    async def factory():
        return made or broken()

    factory.__qualname__ = "factory"
    with pytest.raises(ConfigError, match=said):
        asyncio.run(awaited_agent(factory, ("lab.Agent",), None))


def test_a_task_that_an_async_factory_leaves_behind_cannot_cancel_the_one_that_asked_for_it():
    """As connections do that are opened by it, and lost: they cancel whoever opened them."""
    openers = []

    async def factory():
        openers.append(asyncio.current_task())
        return Parrot(())

    async def scene():
        await awaited_agent(factory, (f"{Parrot.__module__.partition('.')[0]}.Parrot",), None)
        assert openers[0] is not asyncio.current_task()
        assert not openers[0].cancel()

    asyncio.run(scene())


def test_a_module_is_refused_with_the_name_of_the_agent_in_it():
    module = ModuleType("office.agent")
    module.helper, module.root_agent = 7, Parrot(())
    with pytest.raises(ConfigError, match="`office.agent` is a module") as refused:
        users_agent(module, (f"{Parrot.__module__.partition('.')[0]}.Parrot",), None)
    assert refused.value.hint == 'name what is in it, as in "office.agent:root_agent"'


def test_an_error_of_the_hub_s_own_that_a_factory_raises_is_the_error():
    def refusing(model):
        return models_of(Setup(agent="ada", seed=1, model=model))

    with pytest.raises(ConfigError, match="^agent `ada` needs a model"):
        users_agent(refusing, ("lab.Agent",), None)


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
