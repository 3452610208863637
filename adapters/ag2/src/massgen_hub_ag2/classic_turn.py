"""What classic agents, group chats and patterns are during a turn of the hub."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from functools import partial
from typing import Any

from autogen import ConversableAgent, GroupChat, GroupChatManager, LLMConfig
from autogen.agentchat.group.group_tool_executor import GroupToolExecutor
from autogen.code_utils import content_str
from autogen.coding import CodeBlock, CodeResult, MarkdownCodeExtractor
from massgen_hub.contract import Turn
from massgen_hub.errors import ConfigError
from massgen_hub.kit import own_code

from . import executors
from .classic_copy import Copies
from .classic_io import TurnStream
from .classic_model import Models, Reported, ready
from .executor_options import LocalExecutor
from .executors import OwnCode
from .options import Executor

ASKER = "_User"
"""Whom AG2 makes to put the question to a pattern without a user agent."""


OLDER = ConversableAgent.generate_code_execution_reply
RUNS_WHAT_IT_READS = ConversableAgent._generate_code_execution_reply_using_executor
"""The replies by which an agent runs the code of whoever wrote to it: in AG2's older way, and with an executor."""


def check(original: Any, _copy: Any) -> None:
    """Raise `ConfigError` for an agent that would run code in a container without an executor of its own."""
    if not isinstance(original, ConversableAgent) or original.code_executor is not None:
        return
    if original._code_execution_config and original._code_execution_config.get("use_docker") is not False:
        raise ConfigError(
            f"the agent `{original.name}` of AG2 runs code in a container without an executor of its own",
            hint='give it `code_execution_config={"executor": DockerCommandLineCodeExecutor(...)}`',
        )


def _executor_of(agent: ConversableAgent) -> Any:
    """What runs the code of an agent, if anything does. In AG2's older way it is this machine."""
    config = agent._code_execution_config
    if agent.code_executor is not None or not config:
        return agent.code_executor
    said = {name: config[name] for name in ("work_dir", "timeout") if config.get(name) is not None}
    return Later(LocalExecutor(type="LocalCommandLineCodeExecutor", **said))


class Later:
    """AG2's `CodeExecutor` in an agent that has settings for one: each turn opens it from these."""

    code_extractor = MarkdownCodeExtractor()

    def __init__(self, settings: Executor) -> None:
        self.settings = settings

    def execute_code_blocks(self, code_blocks: list[CodeBlock]) -> CodeResult:
        """Never called: a turn's copy has an executor of its own."""
        raise NotImplementedError

    def restart(self) -> None:
        """Nothing to restart."""


class Dressing:
    """Readies the copies of one turn: what they do is told to the hub. Entered for as long as the turn lasts."""

    def __init__(self, models: Models, turn: Turn, stream: TurnStream) -> None:
        self._models, self._turn, self._stream = models, turn, stream
        self._stack = ExitStack()
        # A reply to a decision runs no code, whoever wrote it.
        self._allowed = own_code(turn) if turn.schema is None else lambda _code: False

    def __enter__(self) -> Copies:
        return Copies(self._dress)

    def __exit__(self, *failure: object) -> None:
        self._stack.__exit__(*failure)

    def _dress(self, original: Any, seen: Any) -> None:
        if isinstance(original, ConversableAgent):
            self._agent(original, seen)
        elif isinstance(original, GroupChat):
            self._chat(seen)
        else:
            self._pattern(seen)

    def _agent(self, original: ConversableAgent, seen: Any) -> None:
        seen.llm_config, seen.client = _ready(original.llm_config), self._models.client(original)
        seen._is_termination_msg = self._unless_asked(original._is_termination_msg)
        if (executor := _executor_of(original)) is not None:
            seen._code_executor = self._executor(executor)
        for reply in seen._reply_func_list:
            if reply["reply_func"] == OLDER:
                reply["reply_func"] = RUNS_WHAT_IT_READS
        self._tell(seen)

    def _tell(self, agent: Any, *, aloud: bool = True) -> None:
        """Let the hub know what an agent says to its model and hears from it."""
        generate = agent._generate_oai_reply_from_client

        def told(client: Any, *given: Any, **named: Any) -> Any:
            return generate(Reported(client, self._stream, aloud=aloud), *given, **named)

        agent._generate_oai_reply_from_client = told

    def _chat(self, chat: Any) -> None:
        """Let the speakers of a group chat be picked through the hub, by a person or by a model."""
        create = chat._create_internal_agents

        def created(*given: Any, **named: Any) -> tuple[Any, Any]:
            checking, selecting = create(*given, **named)
            self._tell(selecting, aloud=False)
            return checking, selecting

        def picked(agents: list[Any] | None = None) -> Any:
            """None leaves the choice to AG2."""
            free = [agent for agent in agents or chat.agents if not isinstance(agent, GroupToolExecutor)]
            said = self._stream.choose("Who speaks next?", [agent.name for agent in free])
            return next((agent for agent in free if agent.name == said), None)

        chat._create_internal_agents, chat.manual_select_speaker = created, picked
        chat.select_speaker_auto_llm_config = _ready(chat.select_speaker_auto_llm_config)

    def _pattern(self, pattern: Any) -> None:
        """Let a pattern make group chats of the turn, and keep the `manager` of the last one."""
        prepare, given = pattern.prepare_group_chat, pattern.group_manager_args

        def prepared(*about: Any, **named: Any) -> Any:
            parts = prepare(*about, **named)
            pattern.manager = next(part for part in parts if isinstance(part, GroupChatManager))
            held = [reply["config"] for reply in pattern.manager._reply_func_list]
            for chat in (one for one in (pattern.manager.groupchat, *held) if isinstance(one, GroupChat)):
                self._chat(chat)
            for agent in pattern.manager.groupchat.agents:
                if agent.name == ASKER:  # it stands for the hub: where it is handed over to, the chat ends
                    agent.human_input_mode, agent._default_auto_reply = "NEVER", None
            return parts

        pattern.prepare_group_chat = prepared
        pattern.group_manager_args = {**given, "llm_config": _ready(given.get("llm_config"))}
        if given.get("is_termination_msg"):
            pattern.group_manager_args["is_termination_msg"] = self._unless_asked(given["is_termination_msg"])

    def _unless_asked(self, ends: Callable[[Any], bool]) -> Callable[[Any], bool]:
        """Whether a message ends a chat; the question itself never does, whatever it quotes."""
        return lambda message: content_str(message.get("content")) != self._turn.prompt and ends(message)

    def _executor(self, users: Any) -> OwnCode:
        later = isinstance(users, Later)
        opening = partial(executors.opened, users.settings, self._turn.folder) if later else partial(nullcontext, users)
        return self._stack.enter_context(OwnCode(opening, users.code_extractor, self._allowed, self._stream))


def _ready(config: Any) -> Any:
    """A config of a model for the turn; whatever else says that there is none stays."""
    return ready(LLMConfig.ensure_config(config)) if config else config
