"""The command line's root: one line a module of commands, and errors in words."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import pipeline
from pipeline.cli import codebook, collect, doctor, exchange, init, review, run, trace
from pipeline.cli.show import console
from pipeline.errors import FindingsError


class _Commands(TyperGroup):
    """The commands; a reader of stdout that has had enough, such as head, ends one of them well."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None


app = typer.Typer(
    name="findings",
    cls=_Commands,
    help="From inspection reports and news articles to per-year theme tables that can be traced and defended.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

run.add_to(app)
trace.add_to(app)
collect.add_to(app)
exchange.add_to(app)
codebook.add_to(app)
review.add_to(app)
init.add_to(app)
doctor.add_to(app)


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Hold the options that come before any command."""
    if version:
        typer.echo(f"findings {pipeline.__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; errors go to stderr in words, with the exit code that fits them."""
    try:
        app()
    except FindingsError as error:
        console().print("[red]error:[/red]", end=" ")
        console().print(str(error), markup=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        console().print("Stopped. The same command goes on from here.")
        sys.exit(130)
