"""`config`: the settings in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from redactscan.cli.options import config_option, defaults, settable
from redactscan.cli.output import show

# ruff: noqa: PLC0415 - what needs `regex` or `msgspec` is imported where a command begins: help and version need none.
if TYPE_CHECKING:
    from redactscan.config import Configs


@click.command()
@click.argument("path", default=".", metavar="[PATH]")
@config_option
def config(path: str) -> None:
    """Print the settings in force for the file or folder at PATH, by default here, and where each comes from."""
    from pathlib import Path

    from tabulate import tabulate

    configs: Configs = click.get_current_context().meta["redactscan.configs"]
    file = Path(path) / "any" if Path(path).is_dir() else Path(path)
    settings = configs.of(file)
    given = settings.at(file) if settings else {}
    defaults(click.get_current_context(), given)  # so that what is wrong with a value is said
    rows = []
    for key, option in settable().items():
        value, source = given.get(key, (not option.is_flag and option.default, ""))
        rows.append((key, _shown_value(value), source))
    show([tabulate(rows, headers=("key", "value", "set in"), disable_numparse=True), "\n"])


def _shown_value(value: object) -> str:
    """Return a value as in TOML; nothing for what click puts where there is none."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float, list)) else ""
