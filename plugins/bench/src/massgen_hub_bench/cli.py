"""`massgen-hub bench`: the verbs. What they need is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Measure decisions: simulated electorates, recorded answers, your own questions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Seed = Annotated[int, typer.Option(help="Seed of every draw.")]
Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the report and finished results are kept.")]
OUT = Path(".massgen-hub/bench")


@app.command()
def simulate(
    questions: Annotated[
        int, typer.Option(min=10, help="Questions a cell; the error is about .5 / sqrt of it.")
    ] = 4000,
    seed: Seed = 1,
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help="This experiment only. Repeatable.")] = None,
    out: Out = OUT / "simulate",
    as_json: AsJson = False,
) -> None:
    """Simulated electorates: what correlation, judges, order, stopping and whole protocols do."""
    from .report import Page, publish
    from .simulate.experiments import simulate as run

    results = run(questions, seed, only or (), out)
    page = Page(
        verb="simulate",
        title="Simulated electorates",
        about="Agents answer, judge and fail by a stated model; no language model is run. Ballots are counted by the "
        "rules of massgen-hub itself. How well judges tell right from wrong is an assumption in every line.",
        parameters={"questions": questions, "seed": seed},
        results=results,
    )
    publish(page, out / "report.html", as_json=as_json)


@app.command()
def replay(
    data: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", envvar="MASSGEN_HUB_DATA", help="Where the recorded answers are."),
    ] = None,
    corpus: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="gsm8k, math-l5, mmlu-pro. Repeatable.")
    ] = None,
    pool: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="top10, mid10, top8, 4-13. Repeatable.")
    ] = None,
    agents: Annotated[list[int] | None, typer.Option(min=2, max=9, help="Agents of a panel. Repeatable.")] = None,
    through_hub: Annotated[int, typer.Option(min=0, metavar="K", help="Also run K questions through the hub.")] = 0,
    seed: Seed = 1,
    out: Out = OUT / "replay",
    as_json: AsJson = False,
) -> None:
    """Recorded answers of many models: which rule, weights and stop would have decided what."""
    from .replay.study import Asked, replay_all
    from .report import publish

    asked = Asked(
        folder=data, corpora=tuple(corpus or ()), pools=tuple(pool or ()), sizes=tuple(agents or (3, 5, 7)), seed=seed
    )
    publish(replay_all(asked, out, through_hub), out / "report.html", as_json=as_json)


@app.command()
def run(
    data: Annotated[Path, typer.Argument(help="JSON lines: `question`, `reference`, perhaps `id` and `form`.")],
    config: Annotated[list[Path], typer.Option("--config", "-c", metavar="FILE", help="Who takes part. Repeatable.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many questions.")] = None,
    seed: Seed = 1,
    out: Out = OUT / "run",
    as_json: AsJson = False,
) -> None:
    """Your own questions, each run with each config, graded and compared."""
    from .dataset.study import run_all
    from .report import publish

    publish(run_all(data, config, limit=limit, seed=seed, folder=out), out / "report.html", as_json=as_json)
