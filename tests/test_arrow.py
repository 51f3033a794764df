"""Batches in Arrow: the same records as one text at a time gives, whatever the texts are kept in."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redactscan import Options, RedactscanError, Scanner
from redactscan.arrow import count, record_type, scan_batch, schema
from redactscan.document.encoding import decode
from redactscan.options import shared
from redactscan.record import Record
from redactscan.row import COLUMN, ELSEWHERE, row

if TYPE_CHECKING:
    from collections.abc import Sequence

FIXTURES = Path(__file__).parent.parent / "fixtures"
GAP = "全市新建个社区食堂,覆盖率达%。"
WHOLE = "会议强调,要抓好落实。"
DISGUISED = "全市新建\u200b个社区食堂,覆蓋率達%。\r\n😀刚才,*县作了发言。"
KINDS = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.large_string())]


def scanned(texts: Sequence[str | None], kind: pa.DataType | None = None, **wanted: Any) -> list[Any]:  # noqa: ANN401 - as `scan_batch` has it
    """Return the records of a batch as Python has them, maps as dictionaries."""
    column = pa.array(texts, pa.string()).cast(kind or pa.string())
    batch = scan_batch(pa.record_batch({"text": column}), **wanted)
    return batch.column(COLUMN).to_pylist(maps_as_pydicts="strict")


def expected(texts: Sequence[str | None], options: Options | None = None) -> list[Any]:
    """Return what the scanner says of them, in the shape that the type of a record gives it."""
    records = [None if text is None else row(shared(options or Options()).scan(text)) for text in texts]
    return [None if record is None else shaped(record, record_type()) for record in records]


def shaped(value: Any, kind: pa.DataType) -> Any:  # noqa: ANN401 - of any kind
    """Return a value with all fields of its type: those that it has not are None."""
    if pa.types.is_struct(kind) and value is not None:
        return {field.name: shaped(value.get(field.name), field.type) for field in kind}
    if pa.types.is_list(kind) and value is not None:
        return [shaped(item, kind.value_type) for item in value]
    return value


# --- values ------------------------------------------------------------------------------------------------------


def test_every_fixture_has_the_record_that_the_scanner_gives() -> None:
    paths = [path for path in sorted(FIXTURES.glob("*.*")) if path.suffix in (".txt", ".md")]
    texts = [decode(path.read_bytes()).text for path in paths]
    assert len(texts) > 20
    records = scanned(texts)
    assert records == expected(texts)
    for text, record in zip(texts, records, strict=True):
        assert [text[f["start"] : f["end"]] for f in record["findings"]] == [f["text"] for f in record["findings"]]


PIECES = st.sampled_from(
    ["建设", "个", "社区", "*", "县", "%", "达", "Dear ", "***", "\u200b", "\r\n", "😀", "[Name]", "。", "1"]
)
TEXTS = st.lists(st.none() | st.text(max_size=40) | st.lists(PIECES, max_size=30).map("".join), max_size=6)


@settings(max_examples=40)
@given(texts=TEXTS, kind=st.sampled_from(KINDS))
def test_any_text_has_the_record_that_the_scanner_gives(texts: list[str | None], kind: pa.DataType) -> None:
    assert scanned(texts, kind) == expected(texts)


def test_a_record_comes_back_from_its_row_as_it_was() -> None:
    """Nothing is lost on the way but what is left out on purpose, and what was not there is not made up."""
    texts = [GAP, WHOLE, DISGUISED, decode((FIXTURES / "digits-stripped.txt").read_bytes()).text]
    for text, there in zip(texts, scanned(texts), strict=True):
        known = {name: value for name, value in there.items() if value is not None}
        known["findings"] = [
            {n: v for n, v in f.items() if v is not None or n in ("slot", "hole")} for f in known["findings"]
        ]
        back = msgspec.convert({"path": None, "id": None, "encoding": "utf-8", **known}, Record)
        assert back == Scanner().scan(text)


def test_bytes_that_are_not_utf8_are_counted() -> None:
    data = "刚才".encode() + b"\xff\xfe" + ",*县作了发言。".encode()
    broken = pa.array([data, WHOLE.encode()]).view(pa.string())
    first, second = scan_batch(pa.record_batch({"text": broken})).column(COLUMN).to_pylist(maps_as_pydicts="strict")
    assert [first, second] == [expected([data.decode(errors="replace")])[0] | {"invalid": 2}, *expected([WHOLE])]


def test_options_reach_the_scanner() -> None:
    options = Options(ignore=["gap"], notes=True, thorough=True)
    assert scanned([GAP, DISGUISED], options=options) == expected([GAP, DISGUISED], options)
    assert [len(record["findings"]) for record in scanned([GAP, DISGUISED], options=options)] == [0, 1]


# --- batches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", [None, "", "rs_"])
def test_what_was_there_stays_and_the_schema_is_as_promised(prefix: str | None) -> None:
    base = pa.schema([pa.field("n", pa.int8(), nullable=False), ("text", pa.string())], {"made": "here"})
    table = pa.table([[1, 2, 3], [GAP, None, WHOLE]], schema=base)
    for batch in (
        table,
        *table.to_batches(),
        table.slice(1),
        table.slice(3),
        base.empty_table(),
        pa.concat_tables([table] * 2),
    ):
        out = scan_batch(batch, prefix=prefix)
        assert type(out) is type(batch)
        assert out.schema.equals(schema(base, prefix=prefix), check_metadata=True)
        assert out.select(["n", "text"]).equals(batch)
        assert out.validate(full=True) is None


def test_a_prefix_gives_the_same_in_columns() -> None:
    batch = pa.record_batch({"text": [GAP, None, DISGUISED]})
    struct, flat = scan_batch(batch), scan_batch(batch, prefix="rs_")
    assert flat.schema.names == ["text", *(f"rs_{field.name}" for field in record_type())]
    for field in record_type():
        assert flat.column(f"rs_{field.name}").to_pylist() == [
            record and record[field.name] for record in struct.column(COLUMN).to_pylist()
        ]


def test_dots_lead_into_structs() -> None:
    docs = pa.array([{"body": {"text": GAP}}, {"body": None}, None])
    out = scan_batch(pa.record_batch({"doc": docs, "text": [1, 2, 3]}), "doc.body.text")
    assert [record and record["verdict"] for record in out.column(COLUMN).to_pylist()] == ["damaged", None, None]
    named = pa.record_batch({"doc.body": [WHOLE], "doc": [1]})
    assert scan_batch(named, "doc.body").column(COLUMN)[0]["verdict"].as_py() == "whole"


def test_a_column_of_nulls_and_a_null_in_a_dictionary_have_no_record() -> None:
    nulls = pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array([None, WHOLE]))
    out = scan_batch(pa.record_batch({"text": nulls}))
    assert out.column(COLUMN).is_null().to_pylist() == [True, False, True]
    out = scan_batch(pa.record_batch({"text": pa.nulls(2)}))
    assert out.column(COLUMN).null_count == 2


@pytest.mark.parametrize("prefix", [None, "", "rs_"])
def test_the_ledger_counts_what_was_scanned_and_what_was_not(prefix: str | None) -> None:
    table = pa.table({"text": [GAP, None, WHOLE, GAP]})
    ledger = count([scan_batch(table, prefix=prefix)] * 2, prefix=prefix)
    assert ledger == (6, 2 * (2 * len(GAP) + len(WHOLE)), 2, {"damaged": 4, "whole": 2})
    assert str(ledger) == "6 scanned, 2 without a text: 4 damaged, 2 whole"
    assert str(count([])) == "0 scanned"
    assert count([scan_batch(table.slice(0, 0), prefix=prefix)], prefix=prefix) == (0, 0, 0, {})


# --- what is wrong -----------------------------------------------------------------------------------------------

WRONG = {
    "absent": (pa.table({"a": [1], "b": [""]}), {}, "no column 'text'; text= names another ('a', 'b')"),
    "deeper": (pa.table({"d": [{"a": 1}]}), {"text": "d.t"}, "no column 'd.t'; text= names another ('d.a')"),
    "many": (pa.table({f"c{n}": [0] for n in range(9)}), {}, "'c7', …)"),
    "numbers": (
        pa.table({"text": [1]}),
        {},
        "the column 'text' holds no strings but int64; cast it, or name another with text=",
    ),
    "bytes": (pa.table({"text": [b"a"]}), {}, "the column 'text' holds no strings but binary; "),
    "twice": (pa.table([["a"], ["b"]], names=["text", "text"]), {}, "there are several columns 'text'; "),
    "again": (
        pa.table({"text": ["a"], COLUMN: ["b"]}),
        {},
        "there is a column 'redactscan' already; drop it, or choose others with prefix=",
    ),
    "taken": (pa.table({"text": ["a"], "verdict": [1]}), {"prefix": ""}, "there is a column 'verdict' already; "),
    "options": (
        pa.table({"text": ["a"]}),
        {"options": Options(select=["gpa"])},
        "no rule is called so; did you mean 'gap'?",
    ),
}


@pytest.mark.parametrize(("table", "wanted", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_in_one_line(table: pa.Table, wanted: dict[str, Any], message: str) -> None:
    for batch in (table, table.to_batches()[0], table.schema.empty_table()):
        with pytest.raises(RedactscanError) as error:
            scan_batch(batch, **wanted)
        assert message in str(error.value)
        assert "\n" not in str(error.value)


MODULES = {
    "redactscan.arrow": ("pyarrow", "corpus"),
    "redactscan.engines.ray": ("ray", "ray"),
    "redactscan.engines.spark": ("pyspark", "spark"),
    "redactscan.engines.datatrove": ("datatrove", "datatrove"),
}


@pytest.mark.parametrize("module", MODULES)
def test_a_package_that_is_not_there_is_named_with_the_way_to_get_it(module: str) -> None:
    package, extra = MODULES[module]
    code = f"import sys; sys.modules[{package!r}] = None; import {module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    last = done.stderr.rstrip().splitlines()[-1]
    assert last == f"redactscan.errors.RedactscanError: this needs {package}: pip install 'redactscan[{extra}]'"


# --- options -----------------------------------------------------------------------------------------------------


def test_options_are_those_of_the_scanner() -> None:
    assert Scanner.__init__.__kwdefaults__ == vars(Options())


def test_options_are_values() -> None:
    options = Options(rules=[Path("a.yaml")], ignore=["gap"])
    assert options == Options(rules=("a.yaml",), ignore=("gap",))
    assert pickle.loads(pickle.dumps(options)) == options  # noqa: S301 - our own
    assert shared(Options(notes=True)) is shared(Options(notes=True))


def test_a_row_leaves_out_fields_that_a_record_has() -> None:
    names = {*get_type_hints(Record), "source"}
    assert names >= ELSEWHERE
    assert {field.name for field in record_type()} == names - ELSEWHERE


def test_batches_are_counted_in_a_process_that_has_imported_nothing_else() -> None:
    code = (
        "import pyarrow as pa\n"
        "from redactscan.arrow import count, scan_batch\n"
        "doc = pa.array([{'body': '占比达%。'}])\n"
        "print(count([scan_batch(pa.record_batch({'doc': doc}), 'doc.body')]).scanned)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, encoding="utf-8")
    assert (run.stdout, run.stderr) == ("1\n", "")
