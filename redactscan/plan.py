"""How each document is treated: what its settings and the command line say of reading, scanning and judging it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from msgspec.structs import replace

from redactscan.config import Patterns
from redactscan.document.archive import Unpacking
from redactscan.document.encoding import known
from redactscan.errors import RedactscanError
from redactscan.records import Fields, reader
from redactscan.scanner import Scanner
from redactscan.suppression import Sifted, sifted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from redactscan.config import Configs, Setting, Settings
    from redactscan.record import Finding, Record, Severity
    from redactscan.rule import Rule

Form = Literal["auto", "records", "text", "jsonl", "csv", "parquet", "arrow"]

MAX_BYTES = 100_000_000
"""Bytes from which a document is passed over."""

SEVERITIES = ("error", "warning", "note")
"""From the worst down."""


class Reading(NamedTuple):
    """How documents are read.

    `encoding` is that of all; without it each one's bytes tell. What has more than `max_bytes`, as a file or as one
    record in it, is passed over. `form`: "auto" takes files for records by their names, "records" takes tables (CSV)
    for them too, "text" takes all for one document each, and the others all for records of this format. `fields` are
    those of a record. `unpacking` bounds what comes out of archives and the like.
    """

    encoding: str | None = None
    max_bytes: int = MAX_BYTES
    form: Form = "auto"
    fields: Fields = Fields()
    unpacking: Unpacking = Unpacking()


READING = Reading()
"""How documents are read where nothing else is asked for."""


class Limits(NamedTuple):
    """What a document must keep to, or the scan ends with 1."""

    fail_on: str = "never"
    min_completeness: float | None = None
    min_detail: float | None = None
    verdicts: tuple[str, ...] = ()

    def broken(self, record: Record) -> bool:
        """Say whether a document does not keep to them."""
        severities = () if self.fail_on == "never" else SEVERITIES[: SEVERITIES.index(self.fail_on) + 1]
        scores, least = record.scores, self.min_completeness
        return (
            any(finding.severity in severities for finding in record.findings)
            or record.verdict in self.verdicts
            or (least is not None and (scores.completeness is None or scores.completeness < least))
            or (self.min_detail is not None and scores.detail < self.min_detail)
        )


class Plan(NamedTuple):
    """How documents are treated. `severities`: what is found by rules of this name is of that severity, the last wins.

    `suppressible`: comments in the text may hide findings.
    """

    scanner: Scanner
    reading: Reading = READING
    limits: Limits = Limits()
    severities: tuple[tuple[str, Severity], ...] = ()
    suppressible: bool = True

    def scan(self, text: str, **about: Any) -> Sifted:  # noqa: ANN401 - as `Scanner.scan` has it
        """Return the record of a text, and what comments in it hide."""
        record = self.scanner.scan(text, **about)
        if self.severities and record.findings:
            record = replace(record, findings=[replace(f, severity=self._severity(f)) for f in record.findings])
        return sifted(record, text, self.scanner) if self.suppressible else Sifted(record)

    def _severity(self, finding: Finding) -> Severity:
        # What is a note is so by the rest of its document, not by its rule.
        named = [level for name, level in self.severities if finding.rule.startswith(name)]
        return named[-1] if named and finding.severity != "note" else finding.severity


class Plans(Protocol):
    """What tells how each document is treated."""

    def of(self, path: Path | None) -> Plan:
        """Return how the file at a path is treated; None is standard input."""

    def passed_over(self, path: Path, *, is_folder: bool) -> str | None:
        """Return why a file or folder is passed over, if it is."""


class Always(NamedTuple):
    """One plan for all."""

    plan: Plan

    def of(self, path: Path | None) -> Plan:  # noqa: ARG002 - it is the same for all
        """Return the plan."""
        return self.plan

    def passed_over(self, path: Path, *, is_folder: bool) -> str | None:  # noqa: ARG002 - the same
        """Return None."""
        return None


class Chosen(NamedTuple):
    """The options of a command by name, and which of them stand on the command line."""

    values: Mapping[str, Any]
    given: frozenset[str]


class _Globs(NamedTuple):
    """What is passed over: that which `exclude` fits, and files that `include` does not; and who says so."""

    include: Patterns | None
    exclude: Patterns | None

    def why(self, path: Path, *, is_folder: bool) -> str | None:
        if self.exclude and self.exclude.fit(path, is_folder=is_folder):
            return f"excluded by {self.exclude.source}"
        if self.include and not is_folder and not self.include.fit(path):
            return f"not included by {self.include.source}"
        return None


class Configured:
    """Plans made of the settings nearest to each file, their overrides, and the command line, which wins.

    `options` reads the command line with other settings in place of what is not given there.
    """

    def __init__(self, options: Callable[[Mapping[str, Setting]], Chosen], configs: Configs) -> None:
        self._options = options
        self._configs = configs
        self._plans: dict[tuple[object, ...], Plan] = {}
        self._globs: dict[Path | None, _Globs] = {}
        self._scanners: dict[tuple[object, ...], Scanner] = {}
        self.rules: dict[str, Rule] = {}

    def of(self, path: Path | None) -> Plan:
        """Return how the file at a path is treated; None is standard input."""
        settings = self._configs.of(path)
        key = (settings.file, *settings.overriding(path)) if settings else ()
        if key not in self._plans:
            self._plans[key] = self._planned(self._options(settings.at(path) if settings else {}).values)
        return self._plans[key]

    def passed_over(self, path: Path, *, is_folder: bool) -> str | None:
        """Return why a file or folder is passed over, if it is."""
        settings = self._configs.of(path)
        key = settings.file if settings else None
        if key not in self._globs:
            self._globs[key] = self._made(settings)
        return self._globs[key].why(path, is_folder=is_folder)

    def _made(self, settings: Settings | None) -> _Globs:
        chosen = self._options(settings.values if settings else {})

        def patterns(name: str) -> Patterns | None:
            if not chosen.values.get(name):
                return None
            if settings is None or name in chosen.given:
                return Patterns(chosen.values[name], Path(), f"--{name}")
            return Patterns(chosen.values[name], settings.file.parent, settings.values[name].source)

        return _Globs(patterns("include"), patterns("exclude"))

    def _planned(self, options: Mapping[str, Any]) -> Plan:
        limits = Limits(
            options.get("fail_on", "never"),
            options.get("min_completeness"),
            options.get("min_detail"),
            options.get("verdicts", ()),
        )
        return Plan(
            self._scanner(options, notes=options["notes"] or limits.fail_on == "note"),
            _reading(options),
            limits,
            options.get("severity", ()),
            options["suppressions"],
        )

    def _scanner(self, options: Mapping[str, Any], *, notes: bool) -> Scanner:
        names = ("rules", "default_rules", "select", "ignore", "engine", "profile", "model", "thorough", "max_findings")
        scanner = Scanner(notes=notes, **{name: options[name] for name in names})
        # With the same rules, what is compiled is shared.
        first = self._scanners.setdefault((scanner.pack.digest, options["engine"]), scanner)
        scanner.pack, scanner.matcher = first.pack, first.matcher
        ids = [rule.id for rule in scanner.pack.rules]
        for name, _ in options.get("severity", ()):
            if not any(rule.startswith(name) for rule in ids):
                raise RedactscanError(f"--severity {name}: no rule is called so")
        self.rules |= {rule.id: rule for rule in scanner.pack.rules if rule.id not in self.rules}
        return scanner


def _reading(options: Mapping[str, Any]) -> Reading:
    encoding: str | None = options["encoding"]
    fields = Fields(options["text_field"], options["id_field"])
    largest = options["max_bytes"] or MAX_BYTES
    limits = {name: options[f"max_{name}"] for name in ("members", "depth", "unpacked", "ratio")}
    unpacking = Unpacking(**{name: most for name, most in limits.items() if most})
    reading = Reading(known(encoding) if encoding else None, largest, options["input_format"], fields, unpacking)
    reader(reading.fields, reading.encoding)  # so that names of fields that are none are said before anything is read
    return reading
