"""What users write around their graphs, where a config can name it."""

from massgen_hub.contract import Turn

number = 7


def letter(prompt: str) -> dict:
    return {"letter": {"body": prompt}}


def labelled(turn: Turn) -> dict:
    return {"letter": {"body": f"{turn.kind} {turn.round}: {turn.task.text}"}}


def reply(state: dict) -> dict:
    return {"said": state["reply"]}


def shouted(value: str) -> str:
    return value.upper()
