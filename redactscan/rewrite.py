"""Shards written anew: each aside, and in its place when it is whole; what was done before a run was killed stays."""

from __future__ import annotations

import contextlib
import glob
import os
from collections import Counter, deque
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from redactscan.corpus import FILES, Meter, Rows, Work, bytes_of, first_name, numbered, opening, read, taken
from redactscan.errors import RedactscanError
from redactscan.ledger import Ledger
from redactscan.record import Failed, Record, Skipped, Summary
from redactscan.records import BLOCK
from redactscan.report.ledger import lines
from redactscan.shard import SIDES, Decision, held, opened, written
from redactscan.shard.lines import Bytes
from redactscan.walk import display, places

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO, Literal

    from redactscan.corpus import Source
    from redactscan.plan import Plans, Reading
    from redactscan.record import Entry
    from redactscan.report import Item
    from redactscan.shard import Kind, Shard, Writer

JOURNAL = ".redactscan-run.jsonl"
"""What a run writes down in its folder: a line for itself, and one for each shard that is whole."""

_SCHEMA = "redactscan-run/1"
_ASIDE = ".redactscan-aside-"


class Rewriter(Protocol):
    """What decides on each row. It is sent to other processes."""

    added: Mapping[str, Kind]
    """Fields that are written beside those of the input."""

    texts: bool
    """Whether files that are one document each are written anew too."""

    formats: Collection[str]
    """Formats of shards that are written anew."""

    def __call__(self, item: Item) -> Decision:
        """Return what becomes of a row, read or not."""


class Done(msgspec.Struct, frozen=True):
    """A shard that is written: its name, and that of its files; the bytes it was made from, and what was counted."""

    shard: str
    file: str
    bytes: int | None
    rows: list[int]
    counts: dict[str, int]
    summary: Summary


class Part(NamedTuple):
    """Some rows written anew: what goes to each side, and what is to be counted and said of them.

    `spoilt`: their shard is not whole. Of a text that is one document, `suffix` is what its name has besides, since
    it is plain text now, and `beside` what goes into a file of its own.
    """

    sides: tuple[bytes, ...]
    rows: list[int]
    counts: Counter[str]
    ledger: Ledger
    said: list[str]
    spoilt: bool = False
    suffix: str = ""
    beside: bytes = b""


class Target(NamedTuple):
    """A shard to write, by the name it has below the folders that are written to."""

    place: Path | str
    name: str


# --- which shards ------------------------------------------------------------------------------------------------


def targets(paths: Iterable[str], plans: Plans, outs: Sequence[Path]) -> Iterator[Target | Failed | Skipped]:
    """Yield the shards at paths, named as seen from the folder or pattern that was given.

    Raises RedactscanError where two have the same name, or one would be written over itself.
    """
    folders = [out.resolve() for out in outs]
    seen: dict[str, str] = {}
    for given in paths:
        if given == "-":
            raise RedactscanError("-: what comes from standard input has no name to be written under; give files")
        if "://" not in given and any(out in (way := Path(given).resolve(), *way.parents) for out in folders):
            raise RedactscanError(f"{given}: is in the folder that is written to; take another for that")
        for place in places([given], plans):
            if isinstance(place, (Failed, Skipped)):
                yield place
                continue
            shown = display(place)
            if isinstance(place, Path) and any(folder in place.resolve().parents for folder in folders):
                why = "in the folder that is written to"
                yield Skipped(path=shown, skipped=why, reason="excluded")
                continue
            name = _name(place, given)
            if name in seen:
                raise RedactscanError(
                    f"{shown}: would be written as {name}, as {seen[name]} is; give the folder that holds both"
                )
            seen[name] = shown
            yield Target(place, name)


def _name(place: Path | str, given: str) -> str:
    """Return the name of a file as seen from the folder that was given, or from the one in which a pattern begins."""
    path = PurePosixPath(Path(place).as_posix() if isinstance(place, Path) else place.partition("://")[2].lstrip("/"))
    top = Path(given).as_posix() if isinstance(place, Path) else given.partition("://")[2].lstrip("/")
    if glob.has_magic(top) and not os.path.lexists(given):
        parts = PurePosixPath(top).parts
        top = str(PurePosixPath(*parts[: next(n for n, part in enumerate(parts) if glob.has_magic(part))]))
    inside = path.relative_to(top) if PurePosixPath(top) in path.parents else PurePosixPath(path.name)
    # A name that leads out of the folder would be written elsewhere.
    return str(inside) if ".." not in inside.parts else path.name


# --- the journal -------------------------------------------------------------------------------------------------


class Journal:
    """What is whole of a run, on disk: a line is there if and only if its shard is.

    Until it is closed, it keeps other runs out of the folder.
    """

    def __init__(self, folder: Path, run: str, *, resume: bool) -> None:
        self.done: dict[str, Done] = {}
        self._path = folder / JOURNAL
        head = msgspec.json.encode({"schema": _SCHEMA, "run": run}) + b"\n"
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a+b")
        try:
            self._begin(head, resume=resume)
        except RedactscanError:
            self._file.close()
            raise

    def _begin(self, head: bytes, *, resume: bool) -> None:
        folder = self._path.parent
        if not _locked(self._file):
            raise RedactscanError(f"{folder}: another run is writing there just now")
        self._file.seek(0)
        found = self._file.read()
        if found and not resume:
            raise RedactscanError(f"{folder}: another run has written there; --resume goes on with it")
        whole = found[: found.rfind(b"\n") + 1]  # of a run that was killed the last line may be half there
        if whole and not whole.startswith(head):
            raise RedactscanError(f"{folder}: the run there had other options or another version; take another folder")
        for line in whole.splitlines()[1:]:
            done = msgspec.json.decode(line, type=Done)
            self.done[done.shard] = done
        self.resumed = bool(whole)
        with explained(self._path):
            self._file.truncate(len(whole))
            if not whole:
                self._file.write(head)
            self._file.flush()

    def add(self, done: Done) -> None:
        """Write down that a shard is whole."""
        self.done[done.shard] = done
        with explained(self._path):
            self._file.write(msgspec.json.encode(done) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let others in."""
        with contextlib.suppress(OSError):  # what cannot be written is said already
            self._file.close()


def _locked(file: BinaryIO) -> bool:
    """Say whether a file is ours alone as long as it is open; where the system has no locks, it is taken to be."""
    try:
        import fcntl  # noqa: PLC0415 - not everywhere
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # some file systems of other machines have none
    return True


# --- the work ----------------------------------------------------------------------------------------------------


class _Work:
    """Sources to parts, in this process or another."""

    def __init__(self, plans: Plans, rewriter: Rewriter, engine: Literal["hyperscan", "regex"]) -> None:
        self._plans = plans
        self._rewriter = rewriter
        self._engine = engine

    def __call__(self, sources: Sequence[Source]) -> list[Part]:
        return [self._part(source) for source in sources]

    def _part(self, source: Source) -> Part:
        if isinstance(source, Rows):
            plan = self._plans.of(source.path if isinstance(source.path, Path) else None)
            made = {number: (item, self._rewriter(item)) for number, item in numbered(source, plan)}
            changes = {number: decision.change for number, (_, decision) in made.items()}
            return self._told(made.values(), source.block.parted(changes, self._rewriter.added, plan.reading))
        items = list(Work(self._plans)(source))
        if isinstance(source, (Failed, Skipped)) or len(items) != 1 or not isinstance(items[0].entry, Record):
            part = self._told([(item, None) for item in items], (b"",) * SIDES)
            # A shard that is broken in its middle has no whole one to be written; one without rows has.
            return part._replace(spoilt=not _empty(source))
        (item,) = items
        decision = self._rewriter(item)
        text = item.text if decision.change.text is None else decision.change.text
        sides = [b""] * SIDES
        sides[decision.change.side] = text.encode("utf-8", "replace")
        suffix = ".txt" if items[0].entry.format else ""
        beside = b"".join(msgspec.json.encode(value) + b"\n" for value in decision.change.added.values())
        return self._told([(item, decision)], tuple(sides))._replace(suffix=suffix, beside=beside)

    def _told(self, made: Iterable[tuple[Item, Decision | None]], sides: tuple[bytes, ...]) -> Part:
        part = Part(sides, [0] * SIDES, Counter(), Ledger(self._engine), [])
        for item, decision in made:
            part.ledger.add(item.entry)
            if not _empty(item.entry):
                part.said.extend(lines(item.entry))
            if decision is not None:
                part.rows[decision.change.side] += 1
                part.counts.update(decision.counted)
        return part


def _empty(entry: Entry | Source) -> bool:
    """Say whether nothing was there to read: then nothing is written, and that is all of it."""
    return isinstance(entry, Skipped) and entry.reason == "empty"


class Rewriting:
    """Shards being written anew below one folder for each side; a side without a folder is only counted.

    Iterate for what is to be counted and said, as it comes. `resumed` are those that an earlier run has written,
    `meter` knows how much was read.
    """

    def __init__(  # noqa: PLR0913 - what a run consists of, by name only
        self,
        *,
        targets: Sequence[Target | Failed | Skipped],
        plans: Plans,
        rewriter: Rewriter,
        outs: Sequence[Path | None],
        journal: Journal,
        jobs: int = 1,
    ) -> None:
        self._targets = targets
        self._plans = plans
        self._rewriter = rewriter
        self._outs = outs
        self._journal = journal
        self._jobs = jobs
        self._under_way: deque[_Making | None] = deque()
        self.resumed: list[Done] = []
        self.meter = Meter()

    def size(self) -> int:
        """Return the bytes of all shards that are still to be written, as far as they can be told."""
        left = [t for t in self._targets if isinstance(t, Target) and t.name not in self._journal.done]
        return sum(bytes_of(target.place) or 0 for target in left)

    def __iter__(self) -> Iterator[tuple[Ledger, list[str]]]:
        """Yield the ledger of some rows, and what is to be said of them, until all is written.

        Raises RedactscanError where that cannot be. What is not whole then is nowhere.
        """
        making: _Making | None = None
        try:
            for part in self._parts():
                mine = self._under_way.popleft()
                if mine is not making:
                    self._finish(making)
                    making = mine
                if mine is not None:
                    mine.add(part)
                yield part.ledger, part.said
            self._finish(making)
        finally:
            if making is not None:
                making.close()

    @property
    def done(self) -> list[Done]:
        """What is whole of these shards, in their order."""
        names = [target.name for target in self._targets if isinstance(target, Target)]
        return [self._journal.done[name] for name in names if name in self._journal.done]

    def _parts(self) -> Iterator[Part]:
        matcher = self._plans.of(None).scanner.matcher
        work = _Work(self._plans, self._rewriter, matcher.engine)
        if self._jobs == 1:
            return (part for batch in self._batches() for part in work(batch))
        from redactscan.pool import ordered  # noqa: PLC0415 - it brings `multiprocessing` along

        matcher.prepare(build=False)
        return (part for parts in ordered(work, self._batches(), self._jobs, first_name) for part in parts)

    def _batches(self) -> Iterator[list[Source]]:
        """Yield sources some at a time; `_under_way` has for each the shard that it is part of."""
        batch: list[Source] = []
        weight = 0
        for making, source in self._sources():
            self._under_way.append(making)
            batch.append(source)
            weight += BLOCK // FILES if isinstance(source, Path) else BLOCK
            if weight >= BLOCK:
                yield batch
                batch, weight = [], 0
        if batch:
            yield batch

    def _sources(self) -> Iterator[tuple[_Making | None, Source]]:
        for target in self._targets:
            if isinstance(target, (Failed, Skipped)):
                yield None, target
                continue
            size = bytes_of(target.place)
            done = self._journal.done.get(target.name)
            if done is not None and all((out / done.file).exists() for out in self._outs if out is not None):
                if done.bytes != size:
                    raise RedactscanError(f"{display(target.place)}: has changed since; take another folder")
                self.resumed.append(done)
                continue
            yield from self._source(target, size)
            self.meter.end()

    def _source(self, target: Target, size: int | None) -> Iterator[tuple[_Making | None, Source]]:
        reading = self._plans.of(target.place if isinstance(target.place, Path) else None).reading
        form = held(os.fspath(target.place), "records" if reading.form == "auto" else reading.form)
        making = _Making(target, size, self._outs, self._rewriter.added)
        if form and form not in self._rewriter.formats:
            why = f"{form}, where only {' and '.join(self._rewriter.formats)} can be written"
            yield None, Skipped(path=display(target.place), skipped=why, reason="not-records")
        elif form:
            with contextlib.ExitStack() as files:
                for source in read(target.place, lambda: making.begun(files, form, reading), self.meter):
                    yield making, source
        elif not self._rewriter.texts:
            why = "no records; --input-format names the format of those it holds"
            yield None, Skipped(path=display(target.place), skipped=why, reason="not-records")
        elif isinstance(target.place, Path):
            self.meter.at(size or 0)
            yield making, target.place
        else:
            yield making, taken(target.place, reading.max_bytes)

    def _finish(self, making: _Making | None) -> None:
        done = None if making is None else making.finished(resumed=self._journal.resumed)
        if done is not None:
            self._journal.add(done)


class _Making:
    """One shard being written."""

    def __init__(
        self, target: Target, size: int | None, outs: Sequence[Path | None], added: Mapping[str, Kind]
    ) -> None:
        self._target = target
        self._size = size
        self._outs = outs
        self._added = added
        self._shard: Shard | None = None
        self._files = contextlib.ExitStack()
        self._writers: list[Writer | None] | None = None
        self._asides: list[tuple[Path, Path]] = []
        self._rows = [0] * SIDES
        self._counts: Counter[str] = Counter()
        self._ledger: Ledger | None = None
        self._spoilt = False
        self._name = target.name
        self._path: Path | str = target.place

    def begun(self, files: contextlib.ExitStack, form: str, reading: Reading) -> tuple[Shard, BinaryIO]:
        """Return the shard that is read, and its file, which is open until `files` are closed."""
        place = self._target.place
        file = files.enter_context(opening(place))
        self._shard = opened(file, os.fspath(place), form, reading, whole=True)
        return self._shard, file

    def add(self, part: Part) -> None:
        """Write a part to each side."""
        self._spoilt = self._spoilt or part.spoilt
        self._ledger = self._ledger or Ledger(part.ledger.engine)
        self._ledger.merge(part.ledger)
        self._counts.update(part.counts)
        self._rows = [mine + more for mine, more in zip(self._rows, part.rows, strict=True)]
        if self._spoilt:
            return
        if self._writers is None:
            self._name = f"{self._target.name}{part.suffix}"
            self._writers = [None if out is None else self._writer(out, self._name) for out in self._outs]
            if part.beside and self._outs[0]:
                self._writer(self._outs[0], f"{self._name}.map.json").add(part.beside)
        for writer, data in zip(self._writers, part.sides, strict=True):
            if writer is not None:
                with explained(self._path):
                    writer.add(data)

    def _writer(self, out: Path, name: str) -> Writer:
        target = out / name
        aside = target.with_name(f"{_ASIDE}{target.name}")
        self._path = target
        with explained(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            file = self._files.enter_context(aside.open("wb"))
            self._asides.append((aside, target))
            if self._shard is None:
                return Bytes(file)
            return self._files.enter_context(written(self._shard, file, target.name, self._added))

    def finished(self, *, resumed: bool) -> Done | None:
        """Put what is written in its place; return what is to be remembered of it, or None where it was not whole."""
        if self._spoilt or self._ledger is None:
            return None
        with explained(self._path):
            self._files.close()
            for aside, target in self._asides:
                if target.exists() and not resumed:
                    raise RedactscanError(f"{target}: is there already; take another folder, or remove it")
                with aside.open("rb+") as file:
                    os.fsync(file.fileno())
            for aside, target in self._asides:
                aside.replace(target)
        counts = dict(sorted(self._counts.items()))
        return Done(self._target.name, self._name, self._size, self._rows, counts, self._ledger.summary())

    def close(self) -> None:
        """Take away what is still aside."""
        with contextlib.suppress(OSError, ValueError):  # what cannot be written is said already
            self._files.close()
        for aside, _ in self._asides:
            with contextlib.suppress(OSError):
                aside.unlink()


@contextlib.contextmanager
def explained(path: Path | str) -> Iterator[None]:
    """Turn an error of the system into the one line that says what cannot be written."""
    try:
        yield
    except OSError as error:
        raise RedactscanError(f"{display(path)}: cannot be written: {error.strerror or error}") from None
