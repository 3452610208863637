"""Microsoft AutoGen (autogen-agentchat): `AssistantAgent.run`, gathered twice."""

import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ChatCompletionClient, CreateResult, ModelFamily, ModelInfo, RequestUsage
from workload import TASK, ballot, draft, question, winner

USAGE = RequestUsage(prompt_tokens=0, completion_tokens=0)


class Scripted(ChatCompletionClient):
    """A model that follows the workload."""

    def __init__(self, number, spread):
        self._number, self._spread = number, spread

    async def create(self, messages, **options):
        prompt = messages[-1].content
        voting = prompt.startswith("Rank")
        text = await (ballot(self._number, prompt, self._spread) if voting else draft(self._number, self._spread))
        return CreateResult(finish_reason="stop", content=text, usage=USAGE, cached=False)

    def create_stream(self, messages, **options):
        raise NotImplementedError

    async def close(self):
        pass

    def actual_usage(self):
        return USAGE

    def total_usage(self):
        return USAGE

    def count_tokens(self, messages, **options):
        return 0

    def remaining_tokens(self, messages, **options):
        return 100_000

    @property
    def capabilities(self):
        return self.model_info

    @property
    def model_info(self):
        return ModelInfo(
            vision=False, function_calling=False, json_output=False, structured_output=False, family=ModelFamily.UNKNOWN
        )


async def run(count, spread=None):
    """Two gathered rounds and a count."""
    agents = [AssistantAgent(f"agent{number}", model_client=Scripted(number, spread)) for number in range(count)]
    drafts = await _round(agents, [TASK] * count)
    return winner(await _round(agents, [question(drafts)] * count))


async def _round(agents, prompts):
    turns = (agent.run(task=prompt) for agent, prompt in zip(agents, prompts, strict=True))
    return [result.messages[-1].content for result in await asyncio.gather(*turns)]
