"""The command line: arguments in, text and an exit code out. Nothing else prints or exits."""

from __future__ import annotations

import errno
import gc
import importlib
import os
import sys
from typing import Any

import click

from redactscan import __version__
from redactscan.cli.output import CLOSED_PIPE, INTERRUPTED, UNABLE, complain, hush, unwritten
from redactscan.errors import RedactscanError

_COMMANDS = {
    "scan": "scan.scan",
    "baseline": "scan.baseline",
    "explain": "scan.explain",
    "filter": "corpora.filter_",
    "clean": "corpora.clean",
    "attributes": "corpora.attributes",
    "plan": "corpora.plan",
    "ray": "cluster.ray",
    "rules": "rules.rules",
    "config": "settings.config",
}
"""Where each command is: a run needs one of them, and to read them all takes longer than a short run may."""


class _Root(click.Group):
    """The one place where what goes wrong becomes a line and an exit code; click's own codes are for usage only."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(".")
        found: click.Command = getattr(importlib.import_module(f"{__name__}.{module}"), name)
        return found

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as click has it
        try:
            return super().main(*args, **kwargs)
        except OSError as error:  # of help and version, which click writes
            if not _is_full(error):
                raise
            sys.exit(UNABLE)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        # What is imported and read at the start lives to the end; looking through it for garbage costs a tenth of a
        # short run.
        gc.set_threshold(100_000)
        # The matrices of the scorer are too small to share: threads of its library would only wait for each other, and
        # take the cores from other processes. Whoever uses the library decides that for all of numpy.
        for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        try:
            return super().invoke(ctx)
        except RedactscanError as error:
            complain(str(error))
            ctx.exit(UNABLE)
        except KeyboardInterrupt:
            complain("interrupted")
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            hush()  # whoever read our output has enough of it
            ctx.exit(CLOSED_PIPE)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:  # noqa: BLE001 - ours to mend; left alone it would end with 1: "found something"
            if not _is_full(error):
                sys.excepthook(*sys.exc_info())
            ctx.exit(UNABLE)
        finally:
            gc.freeze()  # nor does what is left need looking through before the process ends


def _is_full(error: Exception) -> bool:
    """Say that there is no room for the output, where that is what went wrong."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        complain(unwritten(error))
        return True
    return False


@click.group(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 nothing to report, 1 something found, 2 could not run or could not read something.",
)
@click.version_option(__version__, prog_name="redactscan")
def main() -> None:
    """Tell how much of a document is missing, where, and what.

    Finds masks, silent deletions, unfilled placeholders, truncation and missing parts in text,
    and says what share of the original is still here.

    \b
    Examples:
      redactscan scan speech.txt
      redactscan scan docs/ "notes/*.md" --format jsonl > records.jsonl
      curl -s https://example.org/page.txt | redactscan scan -
      redactscan explain speech.txt
    """  # noqa: D301 - this is how click is told to keep the lines
