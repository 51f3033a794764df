"""The native databases: many rules in one pass over the bytes of a text, which leaves few places to be confirmed."""

from __future__ import annotations

import functools
import platform
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import regex

from redactscan import cache
from redactscan.rule import list_names

try:
    import hyperscan
except ImportError:  # no wheel for this platform
    hyperscan = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from redactscan.native import Native
    from redactscan.rule import Pack


class Prefilter(NamedTuple):
    """What is native of some rules, which go by their index in the pack.

    `database` is None where no rule has a native form; `owners` tells whose each of its expressions is, `extents` the
    `least` and the `reach` of each of these rules, and `fallback` why the others have none.
    """

    database: hyperscan.Database | None
    owners: list[int]
    extents: dict[int, tuple[int, int]]
    fallback: dict[int, str]


_KEPT = tuple[bytes, list[int], dict[int, tuple[int, int]], dict[int, str]]
"""A prefilter as it is kept: its rules go by their place among those that it was made for."""


def available() -> bool:
    """Say whether Hyperscan is installed."""
    return hyperscan is not None


@functools.cache
def _form() -> bytes:
    """Return the modules in which it stands how a pattern is written in bytes."""
    return b"".join(Path(__file__).with_name(name).read_bytes() for name in ("pattern.py", "native.py"))


def cached_name(pack: Pack, rules: Sequence[int]) -> str:
    """Return what the database for some rules of a pack is called in the cache."""
    # The blob fits one version of the library on one kind of processor; the sets in it come from `regex`.
    versions = (hyperscan.__version__, regex.__version__)  # type: ignore[attr-defined]
    chosen = [pack.rules[i] for i in rules]
    sources = [source for rule in chosen for source in (rule.pattern, *rule.unless, rule.scorer or "")]
    words = {name: pack.lists[name] for source in sources for name in list_names(source)}
    content = ascii((sources, words))
    return f"native-{cache.key(_form(), content, *versions, platform.machine(), platform.system())}"


def cached(name: str, rules: Sequence[int]) -> Prefilter | None:
    """Return the database for these rules that has been made before, or None."""
    kept = cache.load(name)
    if kept is None:
        return None
    try:
        return unpacked(kept, rules)
    except (msgspec.MsgspecError, hyperscan.error, IndexError):
        return None  # written by another processor or library


def packed(part: Prefilter, rules: Sequence[int]) -> bytes:
    """Return a prefilter for these rules as bytes."""
    place = {rule: i for i, rule in enumerate(rules)}
    blob = hyperscan.dumpb(part.database) if part.database is not None else b""
    owners = [place[rule] for rule in part.owners]
    extents = {place[rule]: extent for rule, extent in part.extents.items()}
    fallback = {place[rule]: why for rule, why in part.fallback.items()}
    return msgspec.msgpack.encode((blob, owners, extents, fallback))


def unpacked(data: bytes | memoryview, rules: Sequence[int]) -> Prefilter:
    """Return the prefilter again; raise what `msgspec` and `hyperscan` raise where `data` is something else."""
    blob, owners, extents, fallback = msgspec.msgpack.decode(data, type=_KEPT)
    return Prefilter(
        hyperscan.loadb(blob, mode=hyperscan.HS_MODE_BLOCK) if blob else None,
        [rules[i] for i in owners],
        {rules[i]: extent for i, extent in extents.items()},
        {rules[i]: why for i, why in fallback.items()},
    )


def built(pack: Pack, rules: Sequence[int]) -> Prefilter:
    """Return a prefilter for some rules of a pack; takes seconds for a hundred."""
    from redactscan.native import native  # noqa: PLC0415 - not needed while the cache is warm
    from redactscan.pattern import Inexpressible  # noqa: PLC0415

    natives: dict[int, Native] = {}
    fallback: dict[int, str] = {}
    for i in rules:
        try:
            rule = pack.rules[i]
            natives[i] = native(rule.pattern, pack.lists, _excused(pack, i), dense=rule.scorer is not None)
        except Inexpressible as error:
            fallback[i] = str(error)
    try:
        database = _database(natives)
    except hyperscan.error:
        # One expression or more is too much for the library: find out which.
        for i, form in list(natives.items()):
            try:
                _database({i: form})
            except hyperscan.error as error:
                fallback[i] = f"hyperscan: {error}"
                del natives[i]
        database = _database(natives)
    owners = [i for i, form in natives.items() for _ in form.expressions]
    return Prefilter(database, owners, {i: (form.least, form.reach) for i, form in natives.items()}, fallback)


def _excused(pack: Pack, rule: int) -> frozenset[str]:
    """Return the words of the lists that stand alone in `unless`."""
    sources = pack.rules[rule].unless
    return frozenset(word for s in sources for n in list_names(s) if s == f"\\L<{n}>" for word in pack.lists[n])


def _database(natives: Mapping[int, Native]) -> hyperscan.Database | None:
    """Return the database of all expressions, each with its own id: the library tries to merge those of one id."""
    if not natives:
        return None
    expressions = [expression.encode("ascii") for form in natives.values() for expression in form.expressions]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=expressions, ids=range(len(expressions)), elements=len(expressions), flags=0)
    return database


def scratch(database: hyperscan.Database) -> hyperscan.Scratch:
    """Return new scratch space for a database; it belongs to one thread at a time."""
    return hyperscan.Scratch(database)
