"""One corpus for every engine: the fixtures, generated documents and odd texts, and what the scanner says of each."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from redactscan import Scanner
from redactscan.document.encoding import decode
from redactscan.row import COLUMN, row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).parent.parent.parent
SHARDS = 6


class Corpus(NamedTuple):
    """Texts by id, and their records as rows of Python; in a folder `shards` of the working directory in files."""

    texts: dict[int, str | None]
    records: dict[int, dict[str, Any] | None]


def _generated(characters: int) -> Iterator[str]:
    spec = importlib.util.spec_from_file_location("prose", ROOT / "bench" / "prose.py")
    assert spec is not None
    assert spec.loader is not None
    prose = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(prose)
    yield from prose.documents(characters)


def _texts() -> Iterator[str | None]:
    for path in sorted((ROOT / "fixtures").glob("*.*")):
        if path.suffix in (".txt", ".md"):
            yield decode(path.read_bytes()).text
    yield from ("", None, "\r\n", "全市新建\u200b个社区食堂,覆蓋率達%。\r\n😀刚才,*县作了发言。")
    yield from _generated(60_000)


@pytest.fixture(scope="session")
def known() -> Corpus:
    scanner = Scanner()
    texts = dict(enumerate(_texts(), start=1))  # some take an id of 0 for none
    return Corpus(texts, {n: None if text is None else row(scanner.scan(text)) for n, text in texts.items()})


@pytest.fixture
def corpus(known: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """The corpus, in Parquet in `shards`, with a working directory of its own."""
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    monkeypatch.chdir(tmp_path)
    Path("shards").mkdir()
    rows = [{"id": n, "text": text} for n, text in known.texts.items()]
    for n in range(SHARDS):
        parquet.write_table(pa.Table.from_pylist(rows[n::SHARDS]), f"shards/{n}.parquet")
    return known


def plain(value: Any) -> Any:  # noqa: ANN401 - of any kind
    """Return what an engine gave without what is None, pairs of a map as a dictionary: as a row has it."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        pairs = value and all(isinstance(pair, tuple) for pair in value)
        return plain(dict(value)) if pairs else [plain(inner) for inner in value]
    return value


@pytest.fixture
def same(known: Corpus) -> Callable[[Iterable[dict[str, Any]]], None]:
    """A check that rows of an engine are all of the corpus, with the records that the scanner gives."""

    def check(rows: Iterable[dict[str, Any]]) -> None:
        found = list(rows)
        assert sorted(one["id"] for one in found) == list(known.texts)
        for one in found:
            text, record = known.texts[one["id"]], known.records[one["id"]]
            assert one["text"] == text
            assert plain(one[COLUMN]) == plain(record), one["id"]
            for finding in record["findings"] if record else ():
                assert text is not None
                assert text[finding["start"] : finding["end"]] == finding["text"]

    return check


@pytest.fixture
def example() -> Callable[[str], str]:
    """What a page shows: the block of Python under a heading of docs/engines.md."""

    def block(heading: str) -> str:
        page = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
        found = re.search(rf"^#+ {re.escape(heading)}\n.*?^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        assert found is not None, heading
        return found[1]

    return block
