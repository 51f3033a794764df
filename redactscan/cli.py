"""The command line: arguments in, text and an exit code out. Nothing else prints or exits."""

from __future__ import annotations

import contextlib
import errno
import functools
import gc
import os
import sys
from typing import IO, TYPE_CHECKING, Any, NamedTuple, NoReturn, TextIO, TypeVar

import click

from redactscan import __version__
from redactscan.errors import RedactscanError
from redactscan.progress import Progress
from redactscan.report import FORMATS, View, report

# ruff: noqa: PLC0415 - what needs `regex` or `msgspec` is imported where a command begins: help and version need none.
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from redactscan.config import Configs, Setting
    from redactscan.corpus import Documents, Ledger
    from redactscan.plan import Chosen, Configured
    from redactscan.report import Item, Report
    from redactscan.rule import Rule
    from redactscan.scanner import Scanner

FOUND, UNABLE, INTERRUPTED, CLOSED_PIPE = 1, 2, 130, 141
"""Exit codes besides 0. The last two are what a shell reports for SIGINT and SIGPIPE."""

ENGINES = ("auto", "hyperscan", "regex")
PROFILES = ("auto", "prose", "form", "exam", "code", "log", "transcript", "edition")
INPUTS = ("auto", "text", "jsonl")
VERDICTS = ("whole", "damaged", "truncated", "template", "stub")
SEVERITIES = ("error", "warning", "note")
"""From the worst down."""

REASONS = (
    *("too-large", "binary", "not-installed", "not-a-file", "empty", "hidden", "ignored", "excluded", "link"),
    *("missing", "unreadable", "bad-record", "timeout"),
)
"""Why something is not scanned, or not to the end; as in the record."""

_ERRORS = ("missing", "unreadable", "bad-record")
"""Those which are errors, and so need no word of why the exit code is 2."""

_OF_A_RUN = (
    *(
        "engine",
        "jobs",
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

_STALE = 5
"""Entries of a baseline that are named when they are not needed any more."""

_ENCODINGS = {"table": None, "statistics": None}
"""Formats for terminals, which are written as the terminal wants it, and which show the ledger; others are UTF-8."""

_SPOOL = 1 << 24
"""Bytes of output that are kept in memory, before a file outside of the user's folders takes them."""

Command = TypeVar("Command", bound="Callable[..., None]")


class _Root(click.Group):
    """The one place where what goes wrong becomes a line and an exit code; click's own codes are for usage only."""

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
            _complain(str(error))
            ctx.exit(UNABLE)
        except KeyboardInterrupt:
            _complain("interrupted")
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            _hush()  # whoever read our output has enough of it
            ctx.exit(CLOSED_PIPE)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception:  # noqa: BLE001 - ours to mend; left alone it would end with 1, which says "found something"
            sys.excepthook(*sys.exc_info())
            ctx.exit(UNABLE)
        finally:
            gc.freeze()  # nor does what is left need looking through before the process ends


@click.group(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 nothing to report, 1 something found, 2 could not run or could not read something.",
)
@click.version_option(__version__, prog_name="redactscan")
def main() -> None:
    r"""Tell how much of a document is missing, where, and what.

    Finds masks, silent deletions, unfilled placeholders, truncation and missing parts in text,
    and says what share of the original is still here.

    \b
    Examples:
      redactscan scan speech.txt
      redactscan scan docs/ "notes/*.md" --format jsonl > records.jsonl
      curl -s https://example.org/page.txt | redactscan scan -
      redactscan explain speech.txt
    """


# --- options that commands share ---------------------------------------------------------------------------------


def _commas(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _reasons(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    names = _commas(ctx, param, values)
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


def _with(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Return a decorator that adds options, shown in this order."""
    return lambda command: functools.reduce(lambda made, option: option(made), reversed(options), command)


class _Command(click.Command):
    """A command that remembers how it was called, so that this can be read again under other settings."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["redactscan.args"] = list(args)
        return super().parse_args(ctx, args)


class _Options:
    """The options of a command: those of its command line, and in place of what is not given there, settings."""

    def __init__(self, command: str, args: Sequence[str]) -> None:
        self._command = command
        self._args = args

    def __call__(self, found: Mapping[str, Setting]) -> Chosen:
        """Return them under settings; raise RedactscanError, with file:line, for a value that does not fit."""
        from redactscan.plan import Chosen

        command, root = main.commands[self._command], click.Context(main)
        context = command.make_context(self._command, list(self._args), parent=root, default_map=_defaults(root, found))
        line = click.core.ParameterSource.COMMANDLINE
        given = frozenset(name for name in context.params if context.get_parameter_source(name) is line)
        return Chosen(context.params, given)


def _configured(ctx: click.Context, _param: click.Parameter, given: str | None) -> None:
    """Let the settings of a file stand where options are not given."""
    if ctx.default_map is not None:
        return  # it is read again, under settings that are known
    from redactscan.config import Configs, Keys

    configs = ctx.meta["redactscan.configs"] = Configs(given, Keys(_settable(), _local()))
    found = configs.of(None)
    if found is not None:
        ctx.default_map = _defaults(ctx, found.values)


def _settable() -> dict[str, click.Option]:
    """Return the options that a file may set, by key: those of `scan`, named as on the command line."""
    options = [param for param in scan.params if isinstance(param, click.Option) and param.expose_value]
    return {option.opts[0].removeprefix("--"): option for option in options}


def _local() -> list[str]:
    """Return the keys of those that may be set for some paths."""
    return [key for key in _settable() if key not in _OF_A_RUN]


def _defaults(ctx: click.Context, found: Mapping[str, Setting]) -> dict[str, Any]:
    chosen = {str(_settable()[key].name): _value(ctx, key, setting) for key, setting in found.items()}
    return {name: value for name, value in chosen.items() if value is not None}


def _value(ctx: click.Context, key: str, setting: Setting) -> Any:  # noqa: ANN401 - as the option has it
    """Return what an option is set to; nothing for a flag that is off. Paths are as seen from the file."""
    option, value = _settable()[key], setting.value
    wanted = bool if option.is_flag else list if option.multiple else (str, int, float)
    if not isinstance(value, wanted) or (isinstance(value, bool) and not option.is_flag):
        kind = "true or false" if option.is_flag else "a list of texts" if option.multiple else "a text or a number"
        raise RedactscanError(f"{setting.source}: {key} is {value!r}; {kind} is wanted")
    if option.is_flag:
        return option.flag_value is not False if value else None  # those that begin with --no- have False
    if key == "rules":
        value = [str(setting.folder / str(path)) for path in setting.value]
    if key == "baseline":
        value = str(setting.folder / str(value))
    try:
        option.process_value(ctx, value)
    except click.BadParameter as error:
        raise RedactscanError(f"{setting.source}: {key}: {error.message}") from None
    return value


_config_option = click.option(
    "--config",
    is_eager=True,
    expose_value=False,
    callback=_configured,
    metavar="FILE",
    help="Settings; '' for none.  [default: the nearest redactscan.toml or pyproject.toml]",
)
_pack_options = _with(
    _config_option,
    click.option("--rules", multiple=True, metavar="PATH", help="Rules file or folder, besides those that come along."),
    click.option("--no-default-rules", "default_rules", flag_value=False, default=True, help="Only those of --rules."),
)
_choice_options = _with(
    click.option(
        "--select", multiple=True, callback=_commas, metavar="RULES", help="Only these: ids, prefixes, kinds."
    ),
    click.option("--ignore", multiple=True, callback=_commas, metavar="RULES", help="All but these."),
)
_document_options = _with(
    click.argument("paths", nargs=-1, required=True),
    _pack_options,
    _choice_options,
    click.option(
        "--engine", type=click.Choice(ENGINES), default="auto", show_default=True, help="Same findings, other speed."
    ),
    click.option(
        "--profile", type=click.Choice(PROFILES), default="auto", show_default=True, help="Genre: what a blank means."
    ),
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
    click.option("--no-model", "model", flag_value=False, default=True, help="Do not ask the scorer of boundaries."),
    click.option("--thorough", is_flag=True, help="Ask it in documents without strong evidence too; slow."),
    click.option(
        "--max-bytes", type=click.IntRange(1), metavar="N", help="Pass over larger documents.  [default: 100 MB]"
    ),
    click.option(
        "--input-format",
        type=click.Choice(INPUTS),
        default="auto",
        show_default=True,
        help="What files hold: a document, or records in JSON, one a line (auto: in *.jsonl and *.ndjson).",
    ),
    click.option(
        "--text-field",
        default="text",
        show_default=True,
        metavar="NAME",
        help="Text of a record, as in meta.text.",
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


def _documents(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command a job in place of the arguments that it is made from, and its own options."""

    @_document_options
    @functools.wraps(command)
    def wrapped(paths: tuple[str, ...], jobs: int, allow_skipped: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401
        from redactscan.corpus import Documents
        from redactscan.plan import Configured
        from redactscan.scorer import available

        if options["model"] and not available():
            click.echo(
                "redactscan: numpy is not installed; gaps are judged by the rules alone (pip install numpy)", err=True
            )
        ctx = click.get_current_context()
        plans = Configured(_Options(str(ctx.info_name), ctx.meta["redactscan.args"]), ctx.meta["redactscan.configs"])
        rest = {name: value for name, value in options.items() if name not in _IN_PLANS}
        command(_Job(plans, Documents(paths, plans, _processes(jobs)), allow_skipped), **rest)

    return wrapped


_IN_PLANS = (
    *("rules", "default_rules", "select", "ignore", "severity", "suppressions", "include", "exclude", "engine"),
    *("profile", "encoding", "notes", "model", "thorough", "max_bytes", "input_format", "text_field", "id_field"),
)
"""Options that `Configured` reads for each document anew."""


class _Job(NamedTuple):
    """What a command is to do: documents, how each is treated, and the reasons for which some may be left out."""

    plans: Configured
    documents: Documents
    allowed: tuple[str, ...]

    def ledger(self) -> Ledger:
        """Return an empty ledger of the engine that runs."""
        from redactscan.corpus import Ledger

        return Ledger(self.plans.of(None).scanner.matcher.engine)


def _processes(jobs: int) -> int:
    if jobs:
        return jobs
    from redactscan.pool import cores

    return cores()


# --- scan --------------------------------------------------------------------------------------------------------


@main.command(cls=_Command)
@_documents
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), help="Format of standard output or FILE.  [default: table]"
)
@click.option("--statistics", is_flag=True, help="Count what each rule finds: short for --format statistics.")
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, "never"]),
    default="warning",
    show_default=True,
    help="Exit with 1 for findings from this severity up.",
)
@click.option(
    "--min-completeness",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Exit with 1 for a document under this share, or of which it is unknown.",
)
@click.option("--baseline", metavar="FILE", help="Show only what is not in it; see `redactscan baseline`.")
@click.option("--diff", metavar="REV", help="Show only what stands on lines changed since this revision of git.")
@click.option("--staged", is_flag=True, help="Show only what stands on lines that are staged in git.")
@click.option(
    "--min-detail", type=click.FloatRange(0, 1), metavar="SHARE", help="Exit with 1 for a document with fewer facts."
)
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=click.Choice(VERDICTS),
    help="Exit with 1 for a document with this verdict; may be given more than once.",
)
@click.option(
    "--most",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    metavar="N",
    help="Findings shown of one document; 0 is all.",
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write here, whole or not at all; several formats may be written at once.",
)
@click.option("--quiet", is_flag=True, help="Say nothing but why the command itself cannot run; the exit code tells.")
def scan(  # noqa: PLR0913 - a command has an argument for each option
    job: _Job,
    *,
    form: str | None,
    statistics: bool,
    baseline: str | None,
    diff: str | None,
    staged: bool,
    most: int,
    outputs: tuple[str, ...],
    quiet: bool,
    **_limits: object,
) -> None:
    """Tell what is missing in documents.

    PATHS are files, folders with all below them, patterns such as "*.md", or - for standard input. In folders, hidden
    files and those that .gitignore or .redactscanignore name are passed over.
    """
    if statistics and form not in (None, "statistics"):
        raise RedactscanError(f"--statistics and --format {form} ask for different formats; --output can have both")
    form = "statistics" if statistics else form
    targets = [] if quiet and not outputs else list(_targets(form, outputs))
    seen = quiet or any(name in _ENCODINGS and file is None for name, file in targets)
    aside = all(file is not None or name in _ENCODINGS for name, file in targets)
    progress = Progress(_progressing(quiet=quiet, aside=aside))
    run = _Run(job.ledger(), progress, aloud=not seen)
    items, finish = _new(job.documents, baseline)
    if diff is not None or staged:
        from redactscan.changes import Changes

        if diff is not None and staged:
            raise RedactscanError("--diff and --staged ask for different lines; give one of them")
        items = Changes(diff).only(items)
    with contextlib.ExitStack() as files:
        writers = []
        for name, file in targets:
            view = View(most=most, colour=file is None and _colourful(), rules=job.plans.rules)
            write = files.enter_context(_saving(file)) if file else _printing(_ENCODINGS.get(name, "utf-8"))
            writers.append((report(name, view), write))
        if [name for name, _ in targets] == ["jsonl"] and items is job.documents:
            # Lines can be made where the documents are scanned.
            for lines in run.merged(job.documents.mapped(run.part)):
                writers[0][1](lines)
        else:
            _write(writers, run.seen(items), run.ledger)
    if not quiet:
        finish()
    run.end(job.allowed, quiet=quiet)


def _write(writers: Sequence[tuple[Report, Callable[[str], None]]], items: Iterable[Item], ledger: Ledger) -> None:
    """Write all outputs while the documents come by once."""
    for made, write in writers:
        write(made.begin())
    for item in items:
        for made, write in writers:
            write(made.add(item))
    for made, write in writers:
        write(made.end(ledger.summary()))


def _new(items: Iterable[Item], baseline: str | None) -> tuple[Iterable[Item], Callable[[], None]]:
    """Return the documents without what the baseline knows, and what says in the end how that went."""
    if baseline is None:
        return items, lambda: None
    from redactscan.baseline import Baseline

    known = Baseline(baseline)

    def finish() -> None:
        stale = known.stale()
        if known.hidden:
            _complain(f"{known.hidden} known finding{'s are' if known.hidden > 1 else ' is'} not shown ({baseline})")
        _complain(*(f"{baseline}: stale: {path}: {rule} is not there any more" for path, _, rule, _ in stale[:_STALE]))
        if len(stale) > _STALE:
            _complain(f"{baseline}: {len(stale) - _STALE} more are stale")

    return known.unknown(items), finish


def _targets(form: str | None, outputs: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the format and the file of each output; no file is standard output."""
    named = [(given, *given.partition("=")) for given in outputs]
    plain = [given for given, name, equals, _ in named if not (equals and name.isalpha())]
    files = [file for *_, file in named if file]
    twice = next((file for file in files if files.count(file) > 1), None)
    if twice:
        raise RedactscanError(f"--output {twice}: two formats cannot share a file")
    if len(plain) > 1:
        raise RedactscanError(f"--output {plain[1]}: say in which format, as in --output jsonl={plain[1]}")
    if plain or form or not outputs:
        yield form or "table", plain[0] if plain else None
    for given, name, _, file in named:
        if given not in plain:
            if name not in FORMATS:
                formats = ", ".join(FORMATS)
                raise RedactscanError(f"--output {given}: no format {name!r} (a file: ./{given}); there are {formats}")
            yield name, file


class _Part(NamedTuple):
    """The lines of some documents of a run, and what that counted of them and said of them."""

    lines: str
    ledger: Ledger
    found: bool
    said: list[str]


class _Run:
    """What a scan says on stderr while documents come by, and the exit code that it ends with.

    `aloud`: the ledger is not on the user's screen otherwise.
    """

    def __init__(self, ledger: Ledger, progress: Progress, *, aloud: bool) -> None:
        self.ledger = ledger
        self._progress = progress
        self._done = 0
        self._aloud = aloud
        self.found = False

    def say(self, *lines: str) -> None:
        """Say what is wrong with a document."""
        if lines:
            self._progress.clear()
            _complain(*lines)

    def _count(self, documents: int) -> None:
        self._done += documents
        self._progress.tell(self._done)

    def seen(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items, each counted."""
        from redactscan.record import Record, Skipped
        from redactscan.report.ledger import lines

        for item in items:
            self.ledger.add(item.entry)
            if isinstance(item.entry, Record) and item.limits is not None:
                self.found = self.found or item.limits.broken(item.entry)
            if self._aloud and not isinstance(item.entry, Skipped):
                self.say(*lines(item.entry))
            self._count(1)
            yield item
        self._progress.clear()

    def part(self, items: Iterable[Item]) -> _Part:
        """Return the output for some documents; nothing of them is counted or said here."""
        from redactscan.corpus import Ledger

        run = _Mute(Ledger(self.ledger.engine), Progress(None), aloud=self._aloud)
        made = report("jsonl", View())
        lines = "".join(made.add(item) for item in run.seen(items))
        return _Part(lines, run.ledger, run.found, run.said)

    def merged(self, parts: Iterable[_Part]) -> Iterator[str]:
        """Yield the output of all documents, counted and said where that had been left."""
        for part in parts:
            self.ledger.merge(part.ledger)
            self.found = self.found or part.found
            self.say(*part.said)
            self._count(part.ledger.documents)
            yield part.lines
        self._progress.clear()

    def end(self, allowed: Sequence[str], *, quiet: bool = False) -> NoReturn:
        """Leave with the exit code: `allowed` are the reasons for which something may have been left out."""
        from redactscan.report.ledger import counts

        summary = self.ledger.summary()
        if self._aloud and (summary.skipped or summary.failed or summary.stopped or sys.stderr.isatty()):
            _complain(counts(summary))
        lacking = self.ledger.lacking(allowed)
        quietly = [reason for reason in lacking if reason not in _ERRORS]
        if quietly and not quiet:
            _complain(f"exit code 2: not all was scanned; --allow-skipped {','.join(quietly)} lets that pass")
        raise click.exceptions.Exit(UNABLE if lacking else FOUND if self.found else 0)


class _Mute(_Run):
    """A run that keeps what it would say."""

    def __init__(self, ledger: Ledger, progress: Progress, *, aloud: bool) -> None:
        super().__init__(ledger, progress, aloud=aloud)
        self.said: list[str] = []

    def say(self, *lines: str) -> None:
        """Keep what is wrong with a document."""
        self.said += lines


# --- baseline ----------------------------------------------------------------------------------------------------


@main.command(cls=_Command)
@_documents
@click.option(
    "--output", default=".redactscan-baseline", show_default=True, metavar="FILE", help="Where to; whole or not at all."
)
def baseline(job: _Job, *, output: str) -> None:
    """Write down what is found now, so that `scan --baseline FILE` shows only what is new."""
    from redactscan.baseline import lines

    run = _Run(job.ledger(), Progress(_progressing(quiet=False, aside=True)), aloud=True)
    with _saving(output) as write:
        written = lines(run.seen(job.documents), output)
        write(written)
    _complain(f"{output}: {written.count(chr(10)) - 1} entries")
    run.end(job.allowed)


# --- explain -----------------------------------------------------------------------------------------------------


@main.command(cls=_Command)
@_documents
def explain(job: _Job) -> None:
    """Print the sum behind the scores of each document."""
    run = _Run(job.ledger(), Progress(None), aloud=True)
    _print(_explanations(run.seen(job.documents)))
    run.end(job.allowed)


def _explanations(items: Iterable[Item]) -> Iterator[str]:
    from redactscan.record import Record, Skipped
    from redactscan.report.ledger import lines, visible
    from redactscan.score import explanation

    for item in items:
        if isinstance(item.entry, Record):
            said = [
                *explanation(item.entry),
                *(f"remark        {r.form}: {r.message}" for r in item.entry.remarks),
            ]
            yield "\n".join([visible(item.entry.path or "-"), *(f"  {visible(line)}" for line in said), "\n"])
        elif isinstance(item.entry, Skipped):
            _complain(*lines(item.entry))


# --- rules -------------------------------------------------------------------------------------------------------


@main.group()
def rules() -> None:
    """List, show and check rules."""


@rules.command("list")
@_pack_options
@_choice_options
def rules_list(
    rules: tuple[str, ...], *, default_rules: bool, select: tuple[str, ...], ignore: tuple[str, ...]
) -> None:
    """List the rules that a scan with these options uses."""
    from tabulate import tabulate

    from redactscan.rule import chosen, load

    pack = load(rules, default=default_rules)
    ids = chosen(pack, select, ignore)
    rows = [(r.id, r.severity, r.weight, ", ".join(r.languages) or "any", r.message) for r in pack.rules if r.id in ids]
    table = tabulate(rows, headers=("id", "severity", "weight", "languages", "message"), disable_numparse=True)
    _print([f"{table}\n\n{_count(rows)}\n"])


def _count(rules: Sequence[object]) -> str:
    return f"{len(rules)} rule{'' if len(rules) == 1 else 's'}"


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@_pack_options
def rules_show(rule_id: str, rules: tuple[str, ...], *, default_rules: bool) -> None:
    """Show what a rule means, why it matters, its examples, and how to suppress what it finds."""
    from redactscan.guide import page
    from redactscan.report.ledger import visible
    from redactscan.rule import load

    pack = load(rules, default=default_rules)
    _print(f"{visible(line)}\n" for line in page(pack.find(rule_id), pack))


@rules.command("coverage")
@_pack_options
def rules_coverage(rules: tuple[str, ...], *, default_rules: bool) -> None:
    """Show which forms of damage the rules cover, as a page of Markdown."""
    from redactscan.coverage import page
    from redactscan.rule import load

    _print(f"{line}\n" for line in page(load(rules, default=default_rules)))


@rules.command("check")
@click.argument("path", required=False)
@click.option(
    "--no-default-rules",
    "default_rules",
    flag_value=False,
    default=True,
    help="PATH stands alone, without the lists of the package.",
)
def rules_check(path: str | None, *, default_rules: bool) -> None:
    """Hold rules against their own examples: those at PATH, or those of the package."""
    from redactscan.check import failures, formless

    scanner, checked = _checked(path, default_rules=default_rules)
    chosen = scanner.only(rule.id for rule in checked)
    wrong, slow = failures(chosen), formless(chosen)
    examples = sum(len(rule.hits) + len(rule.misses) for rule in checked)
    verdict = f"{len(wrong)} do not hold" if wrong else "all hold"
    _print(f"{line}\n" for line in [*wrong, *slow, f"{_count(checked)}, {examples} examples: {verdict}"])
    raise click.exceptions.Exit(FOUND if wrong else 0)


def _checked(path: str | None, *, default_rules: bool) -> tuple[Scanner, list[Rule]]:
    """Return a scanner, and those of its rules that stand at `path`, by default all that come with the package.

    Its engine is the one that defines what rules mean, and needs no seconds to get ready after every change of a file.
    """
    from pathlib import Path

    from redactscan.rule import default_folder, rule_files
    from redactscan.scanner import Scanner

    base = default_folder().resolve()
    if path is None or Path(path).resolve().is_relative_to(base):
        scanner = Scanner(engine="regex")
        files = {f"rules/{file.relative_to(base).as_posix()}" for file in rule_files(Path(path or base).resolve())}
    else:
        scanner = Scanner(rules=[path], default_rules=default_rules, engine="regex")
        files = {str(file) for file in rule_files(Path(path))}
    return scanner, [rule for rule in scanner.pack.rules if rule.source.rpartition(":")[0] in files]


@rules.command("profile")
@click.argument("paths", nargs=-1, required=True)
@_pack_options
@click.option("--most", type=click.IntRange(0), default=20, show_default=True, metavar="N", help="Rules shown; 0: all.")
def rules_profile(paths: tuple[str, ...], rules: tuple[str, ...], *, default_rules: bool, most: int) -> None:
    """Say which rules take the most time over the documents at PATHS.

    Candidates are the places that the native pass leaves to be looked at, matches what is left of them. A rule with
    many candidates and few matches wants a narrower pattern.
    """
    from tabulate import tabulate

    from redactscan.corpus import Documents
    from redactscan.plan import Always, Plan
    from redactscan.scanner import Scanner

    scanner = Scanner(rules=rules, default_rules=default_rules)
    costs = scanner.matcher.costs(item.text for item in Documents(paths, Always(Plan(scanner))))
    whole = sum(cost.seconds for cost in costs)
    rows = [(c.rule, c.candidates, c.matches, f"{c.seconds:.4f}") for c in costs[: most or None]]
    table = tabulate(rows, headers=("rule", "candidates", "matches", "seconds"), colalign=("left", *["right"] * 3))
    _print([f"{table}\n\n{len(costs)} rules with candidates, {whole:.4f} seconds\n"])


# --- config ------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("path", default=".", metavar="[PATH]")
@_config_option
def config(path: str) -> None:
    """Print the settings in force for the file or folder at PATH, by default here, and where each comes from."""
    from pathlib import Path

    from tabulate import tabulate

    configs: Configs = click.get_current_context().meta["redactscan.configs"]
    file = Path(path) / "any" if Path(path).is_dir() else Path(path)
    settings = configs.of(file)
    given = settings.at(file) if settings else {}
    _defaults(click.get_current_context(), given)  # so that what is wrong with a value is said
    rows = []
    for key, option in _settable().items():
        value, source = given.get(key, (not option.is_flag and option.default, ""))
        rows.append((key, _shown_value(value), source))
    _print([tabulate(rows, headers=("key", "value", "set in"), disable_numparse=True), "\n"])


def _shown_value(value: object) -> str:
    """Return a value as in TOML; nothing for what click puts where there is none."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float, list)) else ""


# --- output ------------------------------------------------------------------------------------------------------


def _complain(*lines: str) -> None:
    from redactscan.report.ledger import visible

    for line in lines:
        click.echo(f"redactscan: {visible(line)}", err=True)


def _progressing(*, quiet: bool, aside: bool) -> TextIO | None:
    """Return the terminal on which it may be said how far a run is: where nothing else is written meanwhile."""
    busy = not aside and sys.stdout is not None and sys.stdout.isatty()
    able = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return sys.stderr if able and not quiet and not busy else None


def _colourful() -> bool:
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout is not None and sys.stdout.isatty()


def _print(chunks: Iterable[str]) -> None:
    """Write to standard output as the terminal wants it."""
    write = _printing(None)
    for chunk in chunks:
        write(chunk)


def _printing(encoding: str | None) -> Callable[[str], None]:
    """Return what writes to standard output: in `encoding`, or the terminal's, where what it cannot show is escaped."""
    if sys.stdout is None:
        raise RedactscanError("standard output is closed; --output FILE writes to a file")
    out, encoding = sys.stdout.buffer, encoding or sys.stdout.encoding

    def write(chunk: str) -> None:
        try:
            out.write(chunk.encode(encoding, "backslashreplace"))
            out.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            _hush()
            raise RedactscanError(f"the output cannot be written: {error.strerror}") from None

    return write


def _hush() -> None:
    """Let what is still buffered for standard output go nowhere: it would fail again, with a traceback, at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _saving(path: str) -> Iterator[Callable[[str], None]]:
    """Give what writes to a file in UTF-8: all of it once all is there, or nothing; to a device or a pipe, as it is."""
    import shutil
    import tempfile
    from pathlib import Path

    target = Path(path).resolve()
    # Beside the target, so that it can take its place at once; kept elsewhere till then, so that no scan finds it.
    aside = target.with_name(f".redactscan-{os.getpid()}-{target.name}")
    special = target.exists() and not target.is_file()
    with _explained(path):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not special:
            aside.touch()  # better to fail now than after the scan
            aside.unlink()
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as whole:
        yield lambda chunk: _append(whole, chunk, path)
        try:
            with _explained(path):
                whole.seek(0)
                with (target if special else aside).open("wb") as out:
                    shutil.copyfileobj(whole, out)
                if not special:
                    aside.replace(target)
        finally:
            with contextlib.suppress(OSError):
                aside.unlink()


def _append(whole: IO[bytes], chunk: str, path: str) -> None:
    with _explained(path):
        whole.write(chunk.encode("utf-8", "backslashreplace"))


@contextlib.contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RedactscanError(f"--output {path}: cannot be written: {error.strerror}") from None
