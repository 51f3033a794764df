"""Options that commands share, and how settings of files stand in for them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from redactscan.cli.run import REASONS
from redactscan.errors import RedactscanError

# ruff: noqa: PLC0415 - what needs `regex` or `msgspec` is imported where a command begins: help and version need none.
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from redactscan.config import Setting
    from redactscan.corpus import Documents
    from redactscan.ledger import Ledger
    from redactscan.plan import Chosen, Configured

ENGINES = ("auto", "hyperscan", "regex")
PROFILES = ("auto", "prose", "form", "exam", "code", "log", "transcript", "edition")
INPUTS = ("auto", "records", "text", "jsonl", "csv", "parquet", "arrow")
VERDICTS = ("whole", "damaged", "truncated", "template", "stub")
SEVERITIES = ("error", "warning", "note")
"""From the worst down."""

_OF_A_RUN = (
    *(
        "engine",
        "jobs",
        "sample",
        "format",
        "statistics",
        "output",
        "quiet",
        "most",
        "baseline",
        "diff",
        "staged",
        "allow-skipped",
    ),
    *("include", "exclude"),
)
"""Keys that are not for some paths of a run; the last two say which files it has."""

Wrapped = TypeVar("Wrapped", bound="Callable[..., None]")


def commas(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names in values that may each have several, with commas."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _reasons(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    names = commas(ctx, param, values)
    for name in names:
        if name not in REASONS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(map(repr, REASONS))}.", ctx, param)
    return names


def _severities(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = tuple((name.strip(), level.strip()) for name, _, level in (value.partition("=") for value in values))
    for value, (name, level) in zip(values, pairs, strict=True):
        if not name or level not in SEVERITIES:
            raise click.BadParameter(f"{value!r} is not as in mask.place=error (or warning, note).", ctx, param)
    return pairs


def with_options(*options: Callable[[Wrapped], Wrapped]) -> Callable[[Wrapped], Wrapped]:
    """Return a decorator that adds options, shown in this order."""
    return lambda command: functools.reduce(lambda made, option: option(made), reversed(options), command)


class Command(click.Command):
    """A command that remembers how it was called, so that this can be read again under other settings."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the arguments, and keep them."""
        ctx.meta["redactscan.args"] = list(args)
        return super().parse_args(ctx, args)


class Options:
    """The options of a command: those of its command line, and in place of what is not given there, settings."""

    def __init__(self, command: str, args: Sequence[str]) -> None:
        self._command = command
        self._args = args

    def __call__(self, found: Mapping[str, Setting]) -> Chosen:
        """Return them under settings; raise RedactscanError, with file:line, for a value that does not fit."""
        from redactscan.cli import main  # they are its commands that have these options
        from redactscan.plan import Chosen

        root = click.Context(main)
        command = main.get_command(root, self._command)
        assert command is not None  # noqa: S101 - it is the one that runs
        context = command.make_context(self._command, list(self._args), parent=root, default_map=defaults(root, found))
        line = click.core.ParameterSource.COMMANDLINE
        given = frozenset(name for name in context.params if context.get_parameter_source(name) is line)
        return Chosen(context.params, given)


def _configured(ctx: click.Context, _param: click.Parameter, given: str | None) -> None:
    """Let the settings of a file stand where options are not given."""
    if ctx.default_map is not None:
        return  # it is read again, under settings that are known
    from redactscan.config import Configs, Keys

    configs = ctx.meta["redactscan.configs"] = Configs(given, Keys(settable(), _local()))
    found = configs.of(None)
    if found is not None:
        ctx.default_map = defaults(ctx, found.values)


def settable() -> dict[str, click.Option]:
    """Return the options that a file may set, by key: those of `scan`, named as on the command line."""
    from redactscan.cli.scan import scan  # it has these options

    options = [param for param in scan.params if isinstance(param, click.Option) and param.expose_value]
    return {option.opts[0].removeprefix("--"): option for option in options}


def _local() -> list[str]:
    """Return the keys of those that may be set for some paths."""
    return [key for key in settable() if key not in _OF_A_RUN]


def defaults(ctx: click.Context, found: Mapping[str, Setting]) -> dict[str, Any]:
    """Return what settings make of the options, by the names that click has for them."""
    chosen = {str(settable()[key].name): _value(ctx, key, setting) for key, setting in found.items()}
    return {name: value for name, value in chosen.items() if value is not None}


def _value(ctx: click.Context, key: str, setting: Setting) -> Any:  # noqa: ANN401 - as the option has it
    """Return what an option is set to; nothing for a flag that is off. Paths are as seen from the file."""
    option, value = settable()[key], setting.value
    wanted = bool if option.is_flag else list if option.multiple else (str, int, float)
    if not isinstance(value, wanted) or (isinstance(value, bool) and not option.is_flag):
        kind = "true or false" if option.is_flag else "a list of texts" if option.multiple else "a text or a number"
        raise RedactscanError(f"{setting.source}: {key} is {value!r}; {kind} is wanted")
    if option.is_flag:
        return option.flag_value is not False if value else None  # those that begin with --no- have False
    if key == "rules":
        value = [setting.path(path) for path in setting.value]
    if key == "baseline":
        value = setting.path(value)
    if key == "output":
        value = [_output(setting, str(given)) for given in setting.value]
    try:
        option.process_value(ctx, value)
    except click.BadParameter as error:
        raise RedactscanError(f"{setting.source}: {key}: {error.message}") from None
    return value


def named_output(given: str) -> tuple[str | None, str]:
    """Return the format and the file of an output, which may be [FORMAT=]FILE."""
    name, equals, file = given.partition("=")
    return (name, file) if equals and name.isalpha() else (None, given)


def _output(setting: Setting, given: str) -> str:
    name, file = named_output(given)
    file = setting.path(file, written=True)
    return file if name is None else f"{name}={file}"


config_option = click.option(
    "--config",
    is_eager=True,
    expose_value=False,
    callback=_configured,
    metavar="FILE",
    help="Settings; '' for none.  [default: the nearest redactscan.toml or pyproject.toml]",
)
pack_options = with_options(
    config_option,
    click.option("--rules", multiple=True, metavar="PATH", help="Rules file or folder, besides those that come along."),
    click.option("--no-default-rules", "default_rules", flag_value=False, default=True, help="Only those of --rules."),
)
choice_options = with_options(
    click.option("--select", multiple=True, callback=commas, metavar="RULES", help="Only these: ids, prefixes, kinds."),
    click.option("--ignore", multiple=True, callback=commas, metavar="RULES", help="All but these."),
)
engine_option = click.option(
    "--engine", type=click.Choice(ENGINES), default="auto", show_default=True, help="Same findings, other speed."
)
profile_option = click.option(
    "--profile", type=click.Choice(PROFILES), default="auto", show_default=True, help="Genre: what a blank means."
)
findings_option = click.option(
    "--max-findings",
    type=click.IntRange(0),
    default=10_000,
    show_default=True,
    metavar="N",
    help="List no more findings of one document; what is over is counted. 0 lists all.",
)

thorough_option = click.option(
    "--thorough", is_flag=True, help="Ask it in documents without strong evidence too; slow."
)

model_option = click.option(
    "--no-model", "model", flag_value=False, default=True, help="Do not ask the scorer of boundaries."
)
_document_options = with_options(
    click.argument("paths", nargs=-1, required=True),
    pack_options,
    choice_options,
    engine_option,
    profile_option,
    click.option("--encoding", metavar="NAME", help="Encoding of every document; else each one's bytes tell."),
    click.option(
        "--severity",
        multiple=True,
        callback=_severities,
        metavar="RULES=LEVEL",
        help="Findings of these rules are error, warning or note, as in mask.place=error.",
    ),
    click.option(
        "--no-suppressions",
        "suppressions",
        flag_value=False,
        default=True,
        help="Comments in documents hide no findings.",
    ),
    click.option(
        "--include", multiple=True, metavar="PATTERN", help="Only these files; patterns are those of .gitignore."
    ),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="All but these files and folders, however named."),
    click.option("--notes", is_flag=True, help="Look for weak evidence too where it cannot count."),
    model_option,
    thorough_option,
    click.option(
        "--max-bytes", type=click.IntRange(1), metavar="N", help="Pass over larger documents.  [default: 100 MB]"
    ),
    click.option(
        "--max-members",
        type=click.IntRange(1),
        metavar="N",
        help="Read no more files out of one, as an archive.  [default: 100,000]",
    ),
    click.option(
        "--max-depth", type=click.IntRange(1), metavar="N", help="Read no files deeper in one another.  [default: 5]"
    ),
    click.option(
        "--max-unpacked", type=click.IntRange(1), metavar="N", help="Read no more bytes out of one.  [default: 2 GB]"
    ),
    click.option(
        "--max-ratio",
        type=click.IntRange(1),
        metavar="N",
        help="Nor more than so many times its size, over 10 MB.  [default: 500]",
    ),
    findings_option,
    click.option(
        "--input-format",
        type=click.Choice(INPUTS),
        default="auto",
        show_default=True,
        help="What files hold: a document (text), or records. By the name: auto, and records, which takes tables too.",
    ),
    click.option(
        "--text-field",
        default="text",
        show_default=True,
        metavar="NAME",
        help="Text of a record: a field or column, as in meta.text.",
    ),
    click.option("--id-field", default="id", show_default=True, metavar="NAME", help="Id of a record."),
    click.option(
        "--allow-skipped",
        multiple=True,
        callback=_reasons,
        metavar="REASONS",
        help=f"Do not exit with 2 for what was not scanned for these reasons: {', '.join(REASONS)}.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(0),
        default=1,
        show_default=True,
        metavar="N",
        help="Processes that scan; 0 is one for each core. The output is the same.",
    ),
)


sample_option = click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    help="No more than N documents, from the beginnings of files that lie evenly among all.",
)


def documents(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command a job in place of the arguments that it is made from, and its own options."""

    @_document_options
    @functools.wraps(command)
    def wrapped(
        paths: tuple[str, ...],
        jobs: int,
        allow_skipped: tuple[str, ...],
        sample: int | None = None,
        **options: Any,  # noqa: ANN401 - of each command its own
    ) -> None:
        from redactscan.corpus import Documents
        from redactscan.plan import Configured
        from redactscan.scorer import available

        if options["model"] and not available():
            click.echo(
                "redactscan: numpy is not installed; gaps are judged by the rules alone (pip install numpy)", err=True
            )
        ctx = click.get_current_context()
        plans = Configured(Options(str(ctx.info_name), ctx.meta["redactscan.args"]), ctx.meta["redactscan.configs"])
        rest = {name: value for name, value in options.items() if name not in _IN_PLANS}
        processes = _processes(jobs)
        command(Job(plans, Documents(paths, plans, processes, sample), allow_skipped, paths, processes), **rest)

    return wrapped


_IN_PLANS = (
    *("rules", "default_rules", "select", "ignore", "severity", "suppressions", "include", "exclude", "engine"),
    *("profile", "encoding", "notes", "model", "thorough", "max_bytes", "max_members", "max_depth", "max_unpacked"),
    *("max_ratio", "max_findings"),
    *("input_format", "text_field", "id_field"),
)
"""Options that `Configured` reads for each document anew."""


class Job(NamedTuple):
    """What a command is to do: documents, how each is treated, and the reasons for which some may be left out.

    `paths` and `jobs` are what the documents were made of, for commands that write to where they come from.
    """

    plans: Configured
    documents: Documents
    allowed: tuple[str, ...]
    paths: tuple[str, ...] = ()
    jobs: int = 1

    def ledger(self) -> Ledger:
        """Return an empty ledger of the engine that runs."""
        from redactscan.ledger import Ledger

        return Ledger(self.plans.of(None).scanner.matcher.engine)


def _processes(jobs: int) -> int:
    if jobs:
        return jobs
    from redactscan.pool import cores

    return cores()
