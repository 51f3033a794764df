"""`ray`: a dataset through a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from redactscan.cli.options import (
    choice_options,
    engine_option,
    findings_option,
    model_option,
    pack_options,
    profile_option,
    thorough_option,
)
from redactscan.cli.output import show

# ruff: noqa: PLC0415 - what needs `regex` or `msgspec` is imported where a command begins: help and version need none.

if TYPE_CHECKING:
    from redactscan.match import Engine
    from redactscan.profile import Choice


@click.command("ray")
@click.argument("source")
@click.argument("target")
@pack_options
@choice_options
@engine_option
@profile_option
@model_option
@thorough_option
@findings_option
@click.option("--text-field", default="text", show_default=True, metavar="NAME", help="Column of the text.")
@click.option("--address", metavar="URL", help="Cluster, as in ray://head:10001.  [default: RAY_ADDRESS, or one here]")
@click.option("--actors", type=click.IntRange(1), metavar="N", help="Processes that scan at most.")
def ray(  # noqa: PLR0913 - a command has an argument for each option
    source: str,
    target: str,
    *,
    rules: tuple[str, ...],
    default_rules: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    engine: Engine,
    profile: Choice,
    model: bool,
    thorough: bool,
    max_findings: int,
    text_field: str,
    address: str | None,
    actors: int | None,
) -> None:
    """Scan the rows of SOURCE on a cluster of Ray, and write them with their records to TARGET.

    SOURCE is a file or a folder of Parquet, JSONL or CSV, TARGET a folder that is not there or empty: paths or URLs
    that are the same on all machines. Without an address a cluster is started on this machine.
    """
    from redactscan.engines.ray import run
    from redactscan.options import Options

    options = Options(
        rules=rules,
        default_rules=default_rules,
        select=select,
        ignore=ignore,
        engine=engine,
        profile=profile,
        model=model,
        thorough=thorough,
        max_findings=max_findings,
    )
    show([f"{run(source, target, address=address, text=text_field, options=options, actors=actors)}\n"])
