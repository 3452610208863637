"""What a config may hold, but for the options of the adapters."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self, TypeAlias, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue

from ..consensus.electorate import Electorate
from ..consensus.settings import AnswerForm, Settings

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
FORMS_WITHOUT_REFINING = frozenset({"choice", "number", "json"})


class Section(BaseModel):
    """A mapping of the config: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


def _no_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(f"expected a number, got `{str(value).lower()}`")
    return value


Seconds: TypeAlias = Annotated[float, BeforeValidator(_no_boolean), Field(gt=0, allow_inf_nan=False)]
Count: TypeAlias = Annotated[int, BeforeValidator(_no_boolean)]


def _share(value: Any) -> Any:
    """Two thirds may be written as `2/3`."""
    parts = value.split("/") if isinstance(value, str) else []
    if len(parts) == 2 and all(part.strip().isdecimal() for part in parts) and int(parts[1]):
        return int(parts[0]) / int(parts[1])
    return _no_boolean(value)


def _quorum(value: Any) -> Any:
    share = _share(value)
    if share is None or (isinstance(share, int) and share >= 1) or (isinstance(share, float) and 0 < share <= 1):
        return share
    raise ValueError("expected a number of agents, such as 2, or a share of them, such as 0.5 or 2/3")


Share: TypeAlias = Annotated[float, BeforeValidator(_share), Field(gt=0, le=1)]
Quorum: TypeAlias = Annotated[
    int | float | None,
    BeforeValidator(_quorum),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": "^\\d+/\\d+$"}]}
    ),
]


def _present(value: Any) -> Any:
    if value in ("verbatim", "winner"):
        return (value, "")
    if isinstance(value, dict) and list(value) == ["synthesize"] and isinstance(value["synthesize"], str):
        return ("synthesize", value["synthesize"])
    raise ValueError("expected `verbatim`, `winner` or `{synthesize: ID}` with the id of an agent")


How: TypeAlias = Literal["verbatim", "winner", "synthesize"]
Present: TypeAlias = Annotated[
    tuple[How, str],
    BeforeValidator(_present),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["verbatim", "winner"]},
                {
                    "type": "object",
                    "properties": {"synthesize": {"type": "string"}},
                    "required": ["synthesize"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


def _criteria(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(f"- {item}" for item in value)
    if value is None or isinstance(value, str):
        return value or ""
    raise ValueError("expected a text or a list of texts")


Criteria: TypeAlias = Annotated[
    str,
    BeforeValidator(_criteria),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


FORMS = get_args(AnswerForm)


def _answer(value: Any) -> Any:
    if value in FORMS or (isinstance(value, str) and TARGET.fullmatch(value)):
        return value
    raise ValueError(f"expected {', '.join(f'`{form}`' for form in FORMS)}, or your own `module:function`")


Answers: TypeAlias = Annotated[
    str,
    BeforeValidator(_answer),
    WithJsonSchema({"anyOf": [{"enum": list(FORMS)}, {"type": "string", "pattern": TARGET.pattern}]}),
]


def _weight(value: Any) -> Any:
    if isinstance(_no_boolean(value), int | float) and 0 < value <= 1000:
        return value
    raise ValueError("a weight is a number above 0, at most 1000")


Weight: TypeAlias = Annotated[
    float, BeforeValidator(_weight), WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1000})
]


class ConsensusSettings(Section):
    """`consensus:`, how the run decides."""

    protocol: str = "rounds"
    rule: str = "borda"
    gate: Literal["majority", "plurality", "off"] = "majority"
    drafts: Literal["counted", "shown"] = "counted"
    answer: Answers = "text"
    weights: Literal["equal", "learned"] | dict[str, Weight] = "equal"
    advisory: list[str] = []
    veto: list[str] = []
    judge: str = ""
    lead: Annotated[Count, Field(ge=1)] | None = None
    refine: Annotated[Count, Field(ge=0)] | None = None
    quorum: Quorum = None
    threshold: Share | None = None
    show: Annotated[Count, Field(ge=2)] = 12
    present: Present = ("verbatim", "")
    turn_timeout: Seconds = 300.0

    def settings(self, agents: Sequence[str]) -> Settings:
        """The settings of a run with these agents."""
        how, presenter = self.present
        refine = 0 if self.answer in FORMS_WITHOUT_REFINING else 1
        form = next((form for form in FORMS if form == self.answer), None)
        electorate = Electorate(
            weights=self.weights if isinstance(self.weights, dict) else {},
            advisory=tuple(self.advisory),
            veto=tuple(self.veto),
            judge=self.judge,
        )
        return Settings(
            **self.model_dump(
                include={"protocol", "rule", "gate", "drafts", "lead", "threshold", "show", "turn_timeout"}
            ),
            answer=form or "text",
            extractor="" if form else self.answer,
            refine=refine if self.refine is None else self.refine,
            electorate=electorate,
            quorum=self._needed(len(electorate.voters(agents))),
            present=how,
            presenter=presenter,
        )

    def _needed(self, voters: int) -> int | None:
        if isinstance(self.quorum, float):
            return math.ceil(self.quorum * voters - 1e-9)
        return self.quorum


class ModelEntry(Section):
    """A model: `provider/name`, or a name at a `base_url`. `key` names the variable that holds the key."""

    model: Annotated[str, Field(min_length=1)]
    base_url: str = ""
    key: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, (str, dict)):
            raise ValueError("expected `provider/name`, or a mapping with `model`")
        return {"model": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> JsonSchemaValue:
        schema: JsonSchemaValue = handler(core)
        return {"anyOf": [{"type": "string"}, handler.resolve_ref_schema(schema)]}


def _id(value: Any) -> Any:
    if not isinstance(value, str) or NAME.fullmatch(value):
        return value
    if re.search(r"[/\\]|^\.", value):
        raise ValueError("an id is a name, not a path")
    raise ValueError("an id is 1 to 64 letters, digits, `-` and `_`, and starts with a letter or digit")


UNITS = {"kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def _memory(value: Any) -> Any:
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kmg]i?b)", value.strip().lower()) if isinstance(value, str) else None
    if found and float(found[1]) > 0:
        return int(float(found[1]) * UNITS[found[2]])
    raise ValueError("expected an amount of memory, as in `512 MB` or `2 GiB`")


Memory: TypeAlias = Annotated[
    int, BeforeValidator(_memory), WithJsonSchema({"type": "string", "pattern": "(?i)^\\d+(\\.\\d+)? ?[kmg]i?b$"})
]


MADE_FOR_WORKERS = ("HOME", "PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV")


def _variable(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("expected the name of a variable of the environment, as in `TAVILY_API_KEY`")
    if value in MADE_FOR_WORKERS:
        raise ValueError(f"`{value}` is made for each worker")
    return value


Variable: TypeAlias = Annotated[str, BeforeValidator(_variable)]


def _requirement(value: Any) -> Any:
    text = value.strip() if isinstance(value, str) else value
    if text == "" or (isinstance(text, str) and re.match(r"-(?!e\s)|#", text)) or "\n" in str(text):
        raise ValueError(f"expected a requirement, as in `openai<3`, or a path, as in `./my_adapter`, got `{text}`")
    return text


Requirement: TypeAlias = Annotated[str, BeforeValidator(_requirement)]


def _python(value: Any) -> Any:
    """A version may be written without quotes."""
    return str(value) if isinstance(value, float) else value


PythonVersion: TypeAlias = Annotated[
    str, BeforeValidator(_python), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}]})
]


class OwnEnvironment(Section):
    """`environment:` as a mapping: the agent runs in an environment of its own.

    It is built of the agent's adapter and what `requires` adds, with the interpreter that `python` asks for (a version,
    or a path; empty: the hub's). `path` is an environment that is there already, in which nothing is changed.
    """

    python: PythonVersion = ""
    requires: tuple[Requirement, ...] = ()
    path: str = ""

    @model_validator(mode="after")
    def _is_there_or_is_built(self) -> Self:
        if self.path and (self.python or self.requires):
            raise ValueError("with `path`, which is there already, neither `python` nor `requires` has an effect")
        return self


def _where(value: Any) -> Any:
    if isinstance(value, (str, dict, OwnEnvironment)):
        return value
    raise ValueError("expected `auto`, `inline`, `worker`, or a mapping with `python`, `requires` or `path`")


Environment: TypeAlias = Annotated[
    Annotated[Literal["auto", "inline", "worker"], Tag("word")] | Annotated[OwnEnvironment, Tag("mapping")],
    Discriminator(lambda value: "word" if isinstance(value, str) else "mapping"),
    BeforeValidator(_where),
]


def _target(value: Any) -> Any:
    if isinstance(value, (str, int, float, list, dict)) and not TARGET.fullmatch(str(value)):
        raise ValueError("expected `module:attribute`, as in `my_agents:coder`")
    return value


class AgentEntry(Section):
    """An entry of `agents:`, without the options of its adapter."""

    id: Annotated[str, BeforeValidator(_id), Field(json_schema_extra={"pattern": f"^{NAME.pattern}$"})] | None = None
    type: str
    model: Annotated[Any, WithJsonSchema(ModelEntry.model_json_schema())] = None
    environment: Environment = "auto"
    memory: Memory | None = None
    pass_env: tuple[Variable, ...] = ()
    agent: Annotated[Any, BeforeValidator(_target), WithJsonSchema({"type": "string", "pattern": TARGET.pattern})] = (
        None
    )
    timeout: Seconds | None = None


class Top(Section):
    """The whole config. The entries of `agents` and `models` are checked one by one."""

    agents: list[Any] = []
    models: dict[str, Any] = {}
    criteria: Criteria = ""
    consensus: ConsensusSettings = ConsensusSettings()
    timeout: Seconds | None = None
    gateway: bool = False
    seed: Count | None = None
    plugins: list[str] = []
