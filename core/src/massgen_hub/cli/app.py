"""The verbs. Each one says what it takes and hands over; nothing is imported before it is needed."""

from __future__ import annotations

from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

COMMANDS = "massgen_hub.commands"


class Verbs(TyperGroup):
    """Adds the verbs of plugins. Their names come from metadata, so that `--help` loads no plugin."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Our verbs, then those of plugins."""
        return [*super().list_commands(ctx), *sorted(point.name for point in entry_points(group=COMMANDS))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A verb of ours, or a plugin's, loaded now."""
        ours = super().get_command(ctx, cmd_name)
        found = next(iter(entry_points(group=COMMANDS, name=cmd_name)), None)
        return ours if ours is not None or found is None else typer.main.get_command(found.load())


app = typer.Typer(
    cls=Verbs,
    help="Any agent, any framework, one vote.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Runs = Annotated[Path, typer.Option("--runs", metavar="FOLDER", help="Where records are kept.")]
RUNS = Path(".massgen-hub/runs")
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="A.B=V", help="Change a value of the config. Repeatable.")
]
Sync = Annotated[bool, typer.Option("--sync", help="First build the environments that agents lack.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"massgen-hub {version('massgen-hub')}")
        raise typer.Exit


@app.callback()
def options(
    _version_: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Any agent, any framework, one vote."""


@app.command()
def run(
    task: Annotated[str, typer.Argument(help="The question; `-` reads it from stdin.")],
    config: Annotated[
        Path | None, typer.Option("--config", "-c", metavar="FILE", help="Who takes part. Default: a built-in team.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="PROVIDER/MODEL", help="Model of every agent; `local` is the embedded one.")
    ] = None,
    sets: Sets = None,
    seed: Annotated[int | None, typer.Option(help="Seed of every draw of the hub.")] = None,
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="Longest time for the whole run.")] = None,
    sync: Sync = False,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the answer only.")] = False,
    runs: Runs = RUNS,
) -> None:
    """Let agents answer and vote; print the winning answer."""
    from .run import Wishes, run_task

    wishes = Wishes(
        model=model, sets=sets or (), seed=seed, timeout=timeout, sync=sync, as_json=as_json, quiet=quiet, runs=runs
    )
    raise typer.Exit(run_task(task, config, wishes))


@app.command()
def resume(
    run: Annotated[str, typer.Argument(help="Name of a run, or how it begins; `last` is the newest.")] = "last",
    config: Annotated[
        Path | None, typer.Option("--config", "-c", metavar="FILE", help="Who takes part. Default: as the run began.")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Longest time for the whole run, with what it has used.")
    ] = None,
    sync: Sync = False,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the answer only.")] = False,
    runs: Runs = RUNS,
) -> None:
    """Continue a run that was cut off; no finished turn is repeated."""
    from .resume import resume_run

    raise typer.Exit(resume_run(run, config, timeout=timeout, sync=sync, as_json=as_json, quiet=quiet, runs=runs))


@app.command()
def check(
    config: Annotated[Path | None, typer.Argument(metavar="CONFIG", help="The config to check.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of configs, for editors.")] = False,
) -> None:
    """Say what is wrong with a config; run nothing."""
    from .check import check_config

    check_config(config, schema=schema)


@app.command()
def plugins(as_json: AsJson = False) -> None:
    """List plugins, what they provide, what is wrong."""
    from .plugins import list_plugins

    list_plugins(as_json=as_json)


@app.command()
def conform(
    name: Annotated[str, typer.Argument(help="The adapter, as in `type: NAME`.")], as_json: AsJson = False
) -> None:
    """Put an installed adapter to the test."""
    from .conform import conform

    raise typer.Exit(conform(name, as_json=as_json))


@app.command()
def doctor(
    start: Annotated[bool, typer.Option("--start", help="Start a worker of each adapter, and time it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Whether the installed frameworks are those tested."""
    from .doctor import examine

    raise typer.Exit(examine(start=start, as_json=as_json))


environments = typer.Typer(no_args_is_help=True)
app.add_typer(environments, name="env", help="Environments for agents that cannot live together.")

ForConfig = Annotated[Path, typer.Argument(metavar="CONFIG", help="The config whose agents they are for.")]


@environments.command("sync")
def env_sync(config: ForConfig, sets: Sets = None) -> None:
    """Build what the agents of a config lack; lock the versions."""
    from .env import sync_environments

    sync_environments(config, sets or ())


@environments.command("lock")
def env_lock(config: ForConfig, sets: Sets = None) -> None:
    """Lock the newest versions that go together; build nothing."""
    from .env import lock_environments

    lock_environments(config, sets or ())


@environments.command("list")
def env_list(as_json: AsJson = False) -> None:
    """List the environments that are built."""
    from .env import list_environments

    list_environments(as_json=as_json)


@environments.command("why")
def env_why(
    first: Annotated[str, typer.Argument(metavar="A", help="An adapter, or a requirement.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The other one.")],
) -> None:
    """Say which requirements keep two from living together."""
    from .env import explain

    explain(first, second)


@environments.command("remove")
def env_remove(
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY", help="How their names begin.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Remove all of them.")] = False,
) -> None:
    """Take environments away; `sync` builds them anew."""
    from .env import remove_environments

    remove_environments(keys or [], everything=everything)


new = typer.Typer(no_args_is_help=True)
app.add_typer(new, name="new", help="Make something new to go on from.")


@new.command()
def adapter(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What a config will say: `type: NAME`.")],
    into: Annotated[Path, typer.Option("--into", metavar="FOLDER", help="Where to put its folder.")] = Path(),
) -> None:
    """Make a distribution of a new adapter, with tests."""
    from .new import make_adapter

    make_adapter(name, into)


recorded = typer.Typer()
app.add_typer(recorded, name="runs")


@recorded.callback(invoke_without_command=True)
def list_runs(context: typer.Context, runs: Runs = RUNS, as_json: AsJson = False) -> None:
    """List the recorded runs, newest first; or look at all of them."""
    if context.invoked_subcommand is not None:
        context.default_map = {context.invoked_subcommand: {"runs": runs, "as_json": as_json}}
        return
    from .show import list_runs

    list_runs(runs, as_json=as_json)


@recorded.command()
def bias(runs: Runs = RUNS, as_json: AsJson = False) -> None:
    """Whether place, label or authorship of an answer swayed the ballots."""
    from .bias import report_bias

    report_bias(runs, as_json=as_json)


@recorded.command()
def mark(
    run: Annotated[str, typer.Argument(help="Name of a run, or how it begins; `last` is the newest.")] = "last",
    right: Annotated[bool | None, typer.Option("--right/--wrong", help="Whether its answer was right.")] = None,
    runs: Runs = RUNS,
    as_json: AsJson = False,
) -> None:
    """Say whether the answer of a run was right; weights and standings are learned from it."""
    from .mark import mark_run

    mark_run(run, runs, right=right, as_json=as_json)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="Name of a run, or how it begins; `last` is the newest.")] = "last",
    runs: Runs = RUNS,
    as_json: AsJson = False,
    play: Annotated[bool, typer.Option("--play", help="Play the run again as it was seen.")] = False,
    speed: Annotated[float, typer.Option(min=0.01, help="How much faster to play.")] = 1.0,
) -> None:
    """Show a recorded run: timeline, ballots, tally, dissent."""
    from .show import show_run

    show_run(run, runs, as_json=as_json, play=play, speed=speed)


@app.command()
def recount(
    run: Annotated[str, typer.Argument(help="Name of a run, or how it begins; `last` is the newest.")] = "last",
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="Show the whole verdict under this rule.")] = None,
    runs: Runs = RUNS,
    as_json: AsJson = False,
) -> None:
    """Count a recorded run again, by its rule and by others."""
    from .recount import recount_run

    raise typer.Exit(recount_run(run, runs, rule=rule, as_json=as_json))
