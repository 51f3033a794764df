"""Documents as they come: one damaged text in many encodings and formats, the way back, and files that are broken."""
# ruff: noqa: E501 - cases are tables.

from __future__ import annotations

import gzip
import html
import io
import json
import random
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest
import zstandard
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from made import (
    FORMATS,
    LINES,
    TEXT,
    Page,
    docx,
    docx_of,
    eml_of,
    html_of,
    mail_with,
    odt_of,
    pdf_of,
    rtf_of,
    tarred,
    warc_of,
    zipped,
)
from markdown_it import MarkdownIt
from stars import RULES

from redactscan import Scanner
from redactscan.cli import main
from redactscan.corpus import Documents
from redactscan.document import archive, document
from redactscan.document import html as page
from redactscan.document.outcome import File
from redactscan.plan import MAX_BYTES, Always, Plan, Reading
from redactscan.record import Failed, Record, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from redactscan.record import Entry, Finding, Source
    from redactscan.report import Item

FOUND = [
    ("gap.number-before-pair", "个社区"),
    ("gap.number-before-percent", "%"),
    ("mask.place", "*县"),
    ("mask.place", "*区"),
    ("mask.contact", "138****5678"),
]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(engine="regex")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def items(scanner: Scanner, name: str, data: bytes, reading: Reading | None = None) -> list[Item]:
    Path(name).write_bytes(data)
    return list(Documents([name], Always(Plan(scanner, reading or Reading()))))


def outcome(entry: Entry) -> tuple[str | None, str]:
    if isinstance(entry, Record):
        return entry.path, "scanned"
    return entry.path, entry.error if isinstance(entry, Failed) else entry.skipped


def found(record: Record) -> list[tuple[str, str]]:
    return [(f.rule, f.text) for f in record.findings]


# --- made here ---------------------------------------------------------------------------------------------------


ENCODINGS = [
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "gb18030", "gbk", "gb2312"),
    *("cp936", "hz"),
]


# --- the same text -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_text_is_the_same_in_every_encoding(encoding: str, scanner: Scanner) -> None:
    data = TEXT.encode(encoding)
    named = encoding in ("hz", "utf-32")
    (item,) = items(scanner, "a.txt", data, Reading(encoding=encoding) if named else None)
    record = item.entry
    assert isinstance(record, Record)
    assert (item.text, found(record)) == (TEXT, FOUND)
    assert record.scores == scanner.scan(TEXT).scores
    for finding in record.findings:
        if encoding == "hz":  # what a byte means there depends on those before it
            assert not finding.source
        else:
            assert cut(data, finding).decode(record.encoding) == finding.text


def cut(data: bytes, finding: Finding) -> bytes:
    assert finding.source
    assert finding.source.bytes
    return data[slice(*finding.source.bytes)]


@pytest.mark.parametrize("name", FORMATS)
def test_a_text_is_the_same_in_every_format(name: str, scanner: Scanner) -> None:
    (item,) = items(scanner, name, FORMATS[name])
    record = item.entry
    assert isinstance(record, Record)
    assert found(record) == FOUND
    assert " ".join(item.text.split()) == " ".join(TEXT.split())
    mine, plain = record.scores, scanner.scan(TEXT).scores
    assert (mine.detail, mine.slots, mine.missing, mine.basis) == (
        plain.detail,
        plain.slots,
        plain.missing,
        plain.basis,
    )
    # A format may have its own spaces and line ends.
    assert (mine.completeness, mine.low, mine.high) == pytest.approx(
        (plain.completeness, plain.low, plain.high), abs=0.01
    )


# --- real producers ----------------------------------------------------------------------------------------------

OFFICE, BROWSER = shutil.which("soffice"), shutil.which("chromium")


@pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice")
@pytest.mark.parametrize("form", ["docx", "odt", "rtf", "pdf"])
def test_what_an_office_writes_is_read(form: str, scanner: Scanner, tmp_path: Path) -> None:
    Path("a.txt").write_text(TEXT, encoding="utf-8")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    options = [profile, "--headless", "--infilter=Text (encoded):UTF8,LF,,,", "--convert-to", form, "a.txt"]
    subprocess.run([str(OFFICE), *options], check=True, capture_output=True, timeout=120)
    (item,) = Documents([f"a.{form}"], Always(Plan(scanner)))
    assert isinstance(item.entry, Record)
    # Between scripts a page has a gap, which a PDF does not tell from a space.
    assert item.text.split() == TEXT.split() or item.text.replace(" ", "") == TEXT
    assert found(item.entry) == FOUND


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
def test_what_a_browser_prints_is_read(scanner: Scanner, tmp_path: Path) -> None:
    Path("a.html").write_bytes(html_of(LINES).encode())
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}", "--print-to-pdf=a.pdf"]
    subprocess.run([str(BROWSER), *options, "a.html"], check=True, capture_output=True, timeout=120)
    (item,) = Documents(["a.pdf"], Always(Plan(scanner)))
    assert isinstance(item.entry, Record)
    assert TEXT in item.text
    assert found(item.entry) == FOUND


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
def test_what_a_browser_saves_is_read(scanner: Scanner, tmp_path: Path) -> None:
    script = "<script>document.body.append(document.createElement('hr'), '网友评论')</script>"
    Path("a.html").write_bytes(html_of(LINES).replace("</body>", f"{script}</body>").encode())
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}", "--dump-dom"]
    saved = subprocess.run([str(BROWSER), *options, "a.html"], check=True, capture_output=True, timeout=120).stdout
    assert b"<hr>" in saved  # it is what the script left
    (item,) = items(scanner, "b.html", saved)
    assert isinstance(item.entry, Record)
    assert found(item.entry) == FOUND
    for finding in item.entry.findings:
        assert cut(saved, finding).decode() == finding.text


def test_stars_that_a_renderer_ate_are_gaps_then(scanner: Scanner) -> None:
    source = "今年以来,*县新建*个社区食堂。\n"
    before, after = (items(scanner, name, data)[0].entry for name, data in [
        ("a.md", source.encode()),
        ("a.html", f"<html><body>{MarkdownIt().render(source)}".encode()),
    ])  # fmt: skip
    assert isinstance(before, Record)
    assert isinstance(after, Record)
    assert {f.kind for f in before.findings} == {"mask"}
    assert "gap" in {f.kind for f in after.findings}


# --- the way back ------------------------------------------------------------------------------------------------


def in_xml(name: str, paragraph: str, run: str | None) -> Callable[[bytes, Source], str]:
    """Return what cuts a range of runs out of a package."""

    def text(data: bytes, source: Source) -> str:
        assert (source.part, bool(source.paragraph), bool(source.run)) == (name, True, True)
        xml = zipfile.ZipFile(io.BytesIO(data)).read(name).decode()
        assert source.paragraph
        assert source.run
        whole = re.findall(rf"<{paragraph}>(.*?)</{paragraph}>", xml)[source.paragraph[0] - 1]
        runs = re.findall(rf"<{run}>(.*?)</{run}>", whole) if run else [whole]
        return re.sub("<.*?>", "", "".join(runs[source.run[0] - 1 : source.run[1]]))

    return text


def in_epub(data: bytes, source: Source) -> str:
    assert source.part
    assert source.bytes
    return zipfile.ZipFile(io.BytesIO(data)).read(source.part)[slice(*source.bytes)].decode()


def in_bytes(data: bytes, source: Source) -> str:
    assert source.bytes
    return data[slice(*source.bytes)].decode("gbk" if b"gb2312" in data else "utf-16-le" if b"\0" in data else "utf-8")


def in_cell(data: bytes, source: Source) -> str:
    assert (source.part, source.cell) == ("source", 1)
    return "".join(json.loads(data)["cells"][0]["source"])


BACK: dict[str, Callable[[bytes, Source], str]] = {
    "a.html": in_bytes,
    "gbk.html": in_bytes,
    "no-name": in_bytes,
    "a.csv": in_bytes,
    "a.docx": in_xml("word/document.xml", "w:p", "w:r"),
    "a.odt": in_xml("content.xml", "t:p", None),
    "a.epub": in_epub,
    "a.ipynb": in_cell,
}


@pytest.mark.parametrize("name", BACK)
def test_a_source_leads_to_the_evidence(name: str, scanner: Scanner) -> None:
    (item,) = items(scanner, name, FORMATS[name])
    assert isinstance(item.entry, Record)
    for finding in item.entry.findings:
        assert finding.source
        there = BACK[name](FORMATS[name], finding.source)
        assert finding.text in there
        if finding.source.bytes:
            assert there == finding.text


def test_the_parts_of_a_mail_are_named(scanner: Scanner) -> None:
    (item,) = items(scanner, "a.eml", eml_of(("刚才,*县作了发言", "刚才,*区作了发言。")))
    assert isinstance(item.entry, Record)
    sources = [finding.source for finding in item.entry.findings]
    assert [(s.part, s.bytes) for s in sources if s] == [("subject", None), ("body", (7, 11))]


def test_a_cell_of_a_table_is_named(scanner: Scanner) -> None:
    data = b'name;note\nx;"one;\ntwo ""2"""\ny;#REF!\n'
    (item,) = items(scanner, "a.csv", data)
    assert isinstance(item.entry, Record)
    assert item.text == 'name\tnote\nx\tone;\ntwo "2"\ny\t#REF!'
    (finding,) = item.entry.findings
    assert finding.source
    assert (finding.text, finding.source.row, finding.source.column) == ("#REF!", 3, 2)
    assert cut(data, finding) == b"#REF!"


# --- HTML --------------------------------------------------------------------------------------------------------

SEEN = [
    ("entities", "<p>a &amp; b&lt;c &#65;&nbsp;</p>", "a & b<c A\xa0"),
    ("spaces", "<p> a\n  b <b> c</b>d </p>  <p>e</p>", "a b cd\ne"),
    ("blocks and breaks", "<div>a<div>b</div>c<br>d</div>", "a\nb\nc\nd"),
    ("what is kept", "<pre>a\n  b</pre><p>c", "a\n  b\nc"),
    ("a table", "<table><tr><td>a<td><p>b</p><tr><th>c</table>d", "a\tb\nc\nd"),
    ("a list", "<ul><li>a<li>b</ul>", "a\nb"),
    ("scripts and styles", "<script>a</script><style>b</style>c<!-- d --><template>e</template>", "c"),
    ("hidden", "<p hidden>a</p><p style='color:red; display: none'>b</p><p style=visibility:hidden>c</p>d", "d"),
    ("noscript", "<noscript>a</noscript>b", "b"),
    ("noscript alone", "<noscript>Turn on JavaScript</noscript><script>x</script>", "Turn on JavaScript"),
    ("broken tags", "<p>a</bogus>b<i>c</p>d<p", "ab" + "c\nd"),
    ("a sign in an attribute", "<p title='a > b <i>'>c</p><p title=\"d > e\">f", "c\nf"),
    (
        "in one another",
        "<svg><g><svg>a</svg></g></svg><div hidden><p hidden>b</p></div><object><object>c</object></object>d",
        "d",
    ),
    ("large letters", "<SCRIPT>a</SCRIPT><P STYLE='DISPLAY:NONE'>b</P><P HIDDEN>c</P><BR>d", "d"),
    ("a style that hides nothing", "<p style='color: red'>a</p><p style='display: block'>b", "a\nb"),
    ("words about tags", "<p>the tag &lt;script&gt; is hidden</p>", "the tag <script> is hidden"),
    ("lines in cells", "<table><tr><td><p>a</p><p>b</p></td><td></td><td>c</td></tr><tr><td>d</table>", "a\nb\tc\nd"),
    ("tags in what is kept", "<pre>a  <b class='x'>b</b>\n\tc<br>d </pre>", "a  b\n\tc\nd "),
    ("signs that no page has", "<p>a\x01b\x06c</p>", "a b c"),
    ("frames", "<frameset><frame src=a></frameset>", ""),
    ("nothing", "", ""),
]


@pytest.mark.parametrize(("source", "text"), [case[1:] for case in SEEN], ids=[case[0] for case in SEEN])
def test_the_text_of_a_page_is_what_a_reader_sees(source: str, text: str) -> None:
    assert page.read(f"<html><body>{source}".encode()).text == text


PLACED = [
    ("an entity in it", "<p>x</p><p>*&#21439;</p>", "*县", "*&#21439;"),
    ("a tag in it", "<p><b>*</b>县</p>", "*县", "*</b>县"),
    ("a comment in it", "<p>*<!-- x -->县</p>", "*县", "*<!-- x -->县"),
    ("line ends in it", "<p>a\r\n  b</p>", "a b", "a\r\n  b"),
    ("the same in an attribute before", "<p title='*县'><i>*县</i></p>", "*县", "*县"),
    ("the same in a script before", "<script>'*县'</script><i>*县</i>", "*县", "*县"),
    ("the same hidden before", "<p hidden>x</p><p>y *县</p>", "y *县", "y *县"),
]


@pytest.mark.parametrize(("source", "text", "there"), [case[1:] for case in PLACED], ids=[case[0] for case in PLACED])
def test_what_a_page_shows_is_found_in_its_source(source: str, text: str, there: str) -> None:
    data = f"<html><body>{source}".encode()
    document = page.read(data)
    start = document.text.index(text)
    where = document.source(start, start + len(text))
    assert where
    assert where.bytes
    assert data[slice(*where.bytes)].decode() == there
    assert where.bytes[0] == data.rindex(there.encode())


NODES = st.recursive(
    st.text("ab县 &<\n", max_size=8).map(html.escape),
    lambda inner: st.tuples(
        st.sampled_from(["p", "b", "div", "td", "pre", "span hidden"]), st.lists(inner, max_size=4)
    ).map(lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0].split()[0]}>"),
    max_leaves=20,
)


@given(NODES)
def test_sources_in_a_page_never_lie(source: str) -> None:
    data = source.encode()
    document = page.read(data)
    for n, character in enumerate(document.text):
        where = document.source(n, n + 1)
        if where and where.bytes and not character.isspace():
            assert html.unescape(data[slice(*where.bytes)].decode()) == character


@pytest.mark.parametrize(
    "mark",
    [
        '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>',
        '<script type="application/ld+json">{"hasPart": {"isAccessibleForFree":false}}</script>',
        '<meta itemprop="isAccessibleForFree" content="false">',
    ],
)
def test_a_page_that_is_not_free_is_remarked(mark: str) -> None:
    data = f"<html>{mark}<p>text".encode()
    (remark,) = page.read(data).remarks
    assert remark.form == "paywall"
    assert remark.source
    assert remark.source.bytes
    assert b"isAccessibleForFree" in data[slice(*remark.source.bytes)]
    assert not page.read(data.replace(b"alse", b"true").replace(b"f", b"t")).remarks


WALLS = [
    ("<div class='a paywall'>Subscribe</div>", ["paywall"]),
    ('<section id="premium-wall"><p>Subscribe</section>', ["paywall"]),
    ("<div class='paywall' hidden>Subscribe</div>", []),
    ("<body class='no-paywall'><div class='paywall-free'>Read on.</div>", []),
    ("<p>The paywall of the paper is class='paywall' in its source.</p>", []),
]


@pytest.mark.parametrize(("source", "forms"), WALLS)
def test_a_wall_that_is_shown_is_remarked(source: str, forms: list[str]) -> None:
    data = f"<html>{source}<p>text".encode()
    remarks = page.read(data).remarks
    assert [remark.form for remark in remarks] == forms
    assert all(r.source and r.source.bytes and b"wall" in data[slice(*r.source.bytes)] for r in remarks)


# --- DOCX --------------------------------------------------------------------------------------------------------


def run(text: str, about: str = "") -> str:
    return f"<w:r><w:rPr>{about}</w:rPr><w:t>{text}</w:t></w:r>"


SHOWN = '<w:vanish w:val="0"/>'

DOCX = [
    ("a table", f"<w:tbl><w:tr><w:tc><w:p>{run('a')}</w:p></w:tc><w:tc><w:p>{run('b')}</w:p></w:tc></w:tr></w:tbl><w:p>{run('c')}</w:p>", "a\tb\nc", []),
    ("tabs and breaks", "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>", "a\tb\nc", []),
    ("tab stops", f"<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>{run('a')}</w:p>", "a", []),
    ("a deletion", f"<w:p>{run('a')}<w:del><w:r><w:delText>bcd</w:delText></w:r></w:del><w:ins>{run('e')}</w:ins></w:p>", "ae", [("deleted", 1, 2)]),
    ("hidden text", f"<w:p>{run('a')}{run('b', '<w:vanish/>')}{run('c', SHOWN)}</w:p>", "ac", [("hidden", 1, 2)]),
    ("a prompt", f"<w:p/><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p>{run('Click here')}</w:p></w:sdtContent></w:sdt>", "Click here", [("control", 2, 1)]),
    ("a field", f"<w:p><w:r><w:instrText>MERGEFIELD x</w:instrText></w:r>{run('«x»')}</w:p>", "«x»", []),
    ("a text box", f"<w:p>{run('a')}<w:r><w:txbxContent><w:p>{run('b')}</w:p></w:txbxContent></w:r>{run('c')}</w:p>", "a\nb\nc", []),
    ("what is moved away", f"<w:p><w:moveFrom>{run('a')}</w:moveFrom>{run('b')}</w:p>", "b", []),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text", "remarks"), [case[1:] for case in DOCX], ids=[case[0] for case in DOCX])
def test_a_docx_is_read_as_it_is_shown(
    body: str, text: str, remarks: list[tuple[str, int, int]], scanner: Scanner
) -> None:
    (item,) = items(scanner, "a.docx", docx(body))
    assert isinstance(item.entry, Record)
    assert item.text == text
    made = [(r.form, r.source.paragraph[0], r.source.run[0]) for r in item.entry.remarks if r.source and r.source.paragraph and r.source.run]  # fmt: skip
    assert made == remarks


def test_headers_notes_and_comments_come_before_the_body(scanner: Scanner) -> None:
    parts = ("刚才,*县作了发言。", "*区", "note", "say which")
    body, header, notes, comments = (f"<w:p>{run(text)}</w:p>" for text in parts)
    (item,) = items(scanner, "a.docx", docx(body, header1=header, footnotes=notes, comments=comments))
    assert item.text == "*区\nnote\nsay which\n刚才,*县作了发言。"


# --- PDF ---------------------------------------------------------------------------------------------------------

NAME = "Dear [Your Name], we write to you about it."


def test_a_pdf_is_read_by_page_and_box(scanner: Scanner) -> None:
    data = pdf_of(Page(("First page.",)), Page(("Second page.", NAME)))
    (item,) = items(scanner, "a.pdf", data)
    assert isinstance(item.entry, Record)
    assert item.text == f"First page.\nSecond page.\n{NAME}"
    (finding,) = item.entry.findings
    assert finding.source
    assert finding.source.page == 2
    assert finding.source.box
    left, bottom, right, top = finding.source.box
    there = pypdfium2.PdfDocument(data)[1].get_textpage().get_text_bounded(left - 1, bottom - 1, right + 1, top + 1)
    assert there.strip() == finding.text == "[Your Name]"


def test_a_page_without_text_is_in_the_ledger(scanner: Scanner) -> None:
    (item,) = items(scanner, "a.pdf", pdf_of(Page(("One.",)), Page(), Page(), Page(("Four.",)), Page()))
    assert isinstance(item.entry, Record)
    assert [(r.form, r.message) for r in item.entry.remarks] == [("unread", "no text layer on pages 2-3, 5")]


def test_a_pdf_without_text_is_never_clean(scanner: Scanner) -> None:
    (item,) = items(scanner, "a.pdf", pdf_of(Page(), Page()))
    assert outcome(item.entry) == ("a.pdf", "a PDF without a text layer (2 pages); it has to be read by OCR")


def test_what_a_black_box_covers_is_shown_as_one(scanner: Scanner) -> None:
    over = Page(("The witness is John Smith, it says.",), ((152, 695, 57, 20),))
    black_on_black = over._replace(below=True)
    (item,) = items(scanner, "a.pdf", pdf_of(over, black_on_black, black_on_black._replace(white=True)))
    assert isinstance(item.entry, Record)
    hidden = "The witness is ██████████, it says."
    assert item.text.split("\n") == [hidden, hidden, over.lines[0]]
    assert [(r.form, r.source and r.source.page) for r in item.entry.remarks] == [("covered", 1), ("covered", 2)]
    assert "█" in item.entry.findings[0].text


def test_a_drawing_of_black_boxes_is_not_looked_under_and_says_so(scanner: Scanner) -> None:
    (item,) = items(
        scanner, "a.pdf", pdf_of(Page(("Dear Ann.",), tuple((72.0 + n, 700.0, 9.0, 9.0) for n in range(201))))
    )
    assert isinstance(item.entry, Record)
    assert item.text == "Dear Ann."
    assert [(r.form, r.source and r.source.page) for r in item.entry.remarks] == [("unread", 1)]


def test_a_paragraph_goes_on_over_the_end_of_its_line(scanner: Scanner) -> None:
    lines = (
        "A heading",
        "The report was written by the office and is long,",
        "and so it goes on in the line below until it ends.",
    )
    (item,) = items(scanner, "a.pdf", pdf_of(Page(lines)))
    assert item.text == f"{lines[0]}\n{lines[1]} {lines[2]}"


# --- files in files ----------------------------------------------------------------------------------------------

SMALL = TEXT.encode()


def nested(depth: int) -> bytes:
    data = SMALL
    for n in range(depth):
        data = zipped({f"{n}.zip" if n else "a.txt": data})
    return data


MEMBERS = [
    ("a.zip", zipped({"x/a.txt": "a", "b.png": b"\x89PNG\r\n\x1a\n", "x/": ""}), [("a.zip!x/a.txt", "scanned"), ("a.zip!b.png", "binary (a PNG picture)")]),
    ("gbk.zip", zipped({"abcdefgh.txt": "a"}).replace(b"abcdefgh", "全县通报".encode("gbk")), [("gbk.zip!全县通报.txt", "scanned")]),
    ("a.tar", tarred({"a.txt": b"a", "b.jsonl": b'{"text": "a"}\n\n{}\n'}), [("a.tar!a.txt", "scanned"), ("a.tar!b.jsonl:1", "scanned"), ("a.tar!b.jsonl:3", "no field 'text'; --text-field names another")]),
    ("a.tgz", gzip.compress(tarred({"a.txt": b"a"})), [("a.tgz!a.txt", "scanned")]),
    ("a.jsonl.gz", gzip.compress(b'{"text": "a"}\n'), [("a.jsonl.gz:1", "scanned")]),
    ("a.zip", zipped({"b.zip": zipped({"c.txt": "c"}), "d.docx": docx_of(LINES)}), [("a.zip!b.zip!c.txt", "scanned"), ("a.zip!d.docx", "scanned")]),
    ("a.eml", mail_with("b.zip", zipped({"c.txt": "c"})), [("a.eml", "scanned"), ("a.eml!b.zip!c.txt", "scanned")]),
    ("a.mbox", (b"From a@b.org Thu Jan  1 00:00:00 2026\nSubject: a\n\na\n\n") * 2, [("a.mbox!1", "scanned"), ("a.mbox!2", "scanned")]),
    ("a.warc", warc_of("https://example.org/a.txt", b"a", "text/plain") + warc_of("https://example.org/b", b"<p>b"), [("a.warc!https://example.org/a.txt", "scanned"), ("a.warc!https://example.org/b", "scanned")]),
    ("a.xlsx", zipped({"[Content_Types].xml": "x", "xl/workbook.xml": "x"}), [("a.xlsx", "binary (an Office document that is no text: a sheet, slides, a drawing)")]),
    ("empty.zip", zipped({}), [("empty.zip", "no file is in it")]),
    ("a.zip", zipped({"b.txt": b"x" * 2000}, compression=zipfile.ZIP_DEFLATED), [("a.zip!b.txt", "larger than the limit of 1000 bytes (--max-bytes)")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "outcomes"), MEMBERS, ids=[f"{n}-{name}" for n, (name, *_) in enumerate(MEMBERS)]
)
def test_each_file_in_a_file_has_an_entry(
    name: str, data: bytes, outcomes: list[tuple[str, str]], scanner: Scanner
) -> None:
    reading = Reading(max_bytes=1000) if b"b.txt" in data else Reading()
    assert [outcome(item.entry) for item in items(scanner, name, data, reading)] == outcomes


BOMB = "more comes out of it than a file of its size may hold (--max-unpacked, --max-ratio)"
LIMITED = [
    ("depth", nested(7), {}, "more than 5 files in one another (--max-depth); those in it are not read"),
    ("members", zipped({f"{n}.txt": "a" for n in range(9)}), {"members": 8}, "more than 8 files are in it (--max-members); the others are not read"),
    ("ratio", gzip.compress(bytes(9_000_000)), {"free": 10_000}, f"{BOMB}; the rest is not read"),
    ("total", zipped({f"{n}.txt": b"a" * 4000 for n in range(4)}), {"unpacked": 9000}, f"{BOMB}; the rest is not read"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "limits", "error"), [case[1:] for case in LIMITED], ids=[case[0] for case in LIMITED])
def test_a_limit_is_in_the_ledger(data: bytes, limits: dict[str, int], error: str) -> None:
    made = list(archive.files(File("a", "a", data), MAX_BYTES, archive.Unpacking(**limits)))
    assert [each.error for each in made if isinstance(each, Failed)] == [error]


ASKED = [
    (["--max-members", "8"], zipped({f"{n}.txt": "a" for n in range(9)}), "more than 8 files are in it"),
    (["--max-depth", "1"], nested(2), "more than 1 files in one another"),
    (["--max-unpacked", "9000"], zipped({f"{n}.txt": b"a" * 4000 for n in range(4)}), BOMB),
    (["--max-ratio", "20"], gzip.compress(random.randbytes(300_000) + bytes(9_800_000)), BOMB),  # noqa: S311 - it only has to be hard to pack
]


@pytest.mark.parametrize(("args", "data", "error"), ASKED, ids=[args[0] for args, *_ in ASKED])
def test_a_limit_can_be_set(args: list[str], data: bytes, error: str) -> None:
    Path("a.bin").write_bytes(data)
    result = CliRunner().invoke(main, ["scan", "a.bin", "--engine", "regex", *args])
    assert (result.exit_code, error in result.output) == (2, True), result.output
    assert error not in CliRunner().invoke(main, ["scan", "a.bin", "--engine", "regex"]).output


def test_a_bomb_takes_neither_time_nor_memory(scanner: Scanner) -> None:
    block = zipped({f"{n}": bytes(50_000_000) for n in range(4)}, compression=zipfile.ZIP_DEFLATED, compresslevel=9)
    bomb = zipped({f"{n}.zip": block for n in range(20)}, compression=zipfile.ZIP_DEFLATED)
    begun = time.perf_counter()
    made = [outcome(item.entry)[1] for item in items(scanner, "bomb.zip", bomb)]
    assert any(why.startswith("more comes out of it") for why in made)
    assert "scanned" not in made
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.rtf", rtf_of(LINES)[:-20], "the document ends within a group"),
        ("a.eml", mail_with("b.txt", SMALL)[:-40], "the mail ends before its last part does"),
    ],
)
def test_a_file_that_was_cut_is_remarked_and_explained(name: str, data: bytes, message: str, scanner: Scanner) -> None:
    entry = items(scanner, name, data)[0].entry
    assert isinstance(entry, Record)
    assert [(r.form, r.message) for r in entry.remarks] == [("cut", message)]
    result = CliRunner().invoke(main, ["explain", "--engine", "regex", name])
    assert f"remark        cut: {message}\n" in result.stdout


def test_a_record_that_was_cut_is_remarked(scanner: Scanner) -> None:
    (item,) = items(scanner, "a.warc", warc_of("https://example.org/a", b"<p>a", "text/html", "WARC-Truncated: length"))
    assert isinstance(item.entry, Record)
    assert [(r.form, r.message) for r in item.entry.remarks] == [
        ("cut", "the archive says that it cut this record (length)")
    ]


# --- what is broken ----------------------------------------------------------------------------------------------

BOMB = """<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">""" + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip

DOCTYPE = "its XML has a document type, which no document of this format has"

BROKEN = [
    ("a.docx", zipped({"[Content_Types].xml": "x", "word/document.xml": f"{BOMB}<x>&j;</x>"}), DOCTYPE),
    ("a.docx", zipped({"[Content_Types].xml": "x", "word/document.xml": '<!DOCTYPE x SYSTEM "http://example.org/x"><x/>'}), DOCTYPE),
    ("a.odt", odt_of(("a",)).replace(b"<t:p>", b"<t:q>"), "cannot be read as odt: "),
    ("a.epub", zipped({"mimetype": "application/epub+zip"}), "cannot be read as epub: "),
    ("a.zip", zipped({"a": "b"})[:-30], "cannot be read: File is not a zip file"),
    ("a.gz", gzip.compress(SMALL)[:-12], "cannot be read: Compressed file ended before"),
    ("a.zst", zstandard.compress(SMALL)[:-9], "cannot be read: it ended before"),
    ("a.pdf", pdf_of(Page(("a",)))[:300], "a broken PDF"),
    ("a.ipynb", b"{", "not a notebook: no JSON with cells"),
    ("a.html", b"<html>" + b"<div>" * 300_000, "more than 2000 elements in one another (div)"),
    ("a.txt", docx_of(LINES), "scanned"),
    ("a.pdf", SMALL, "scanned"),
    ("a.docx", html_of(LINES).encode(), "scanned"),
    ("a.docx", docx("<w:p>" * 50_000 + "</w:p>" * 50_000), "scanned"),
    ("a.rtf", b"{" * 100_000, "scanned"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "why"), BROKEN, ids=[f"{n}-{name}" for n, (name, *_) in enumerate(BROKEN)])
def test_what_is_broken_is_in_the_ledger(name: str, data: bytes, why: str, scanner: Scanner) -> None:
    begun = time.perf_counter()
    (item,) = items(scanner, name, data)
    assert outcome(item.entry)[1].startswith(why)
    assert time.perf_counter() - begun < 10


SLOW = {
    "comments.html": b"<!-- -->" * 400 + b"*",
    "quotes.html": b"<html><body>" + b"<a '\"" * 50_000 + b">*",
    "attributes.html": b"<html><p " + b"a=1 " * 200_000 + b">*",
    "signs.html": b"<html>" + b"&" * 300_000,
    "groups.rtf": b"{\\rtf1 " + b"{" * 300_000,
    "empty.csv": b"," * 300_000 + b"*",
    "quotes.csv": b'"' * 300_000,
    "headers.eml": b"MIME-Version: 1.0\n" + b"A: b\n" * 50_000 + b"\n*",
}


@pytest.mark.parametrize("name", SLOW)
def test_what_is_made_to_take_long_does_not(name: str) -> None:
    begun = time.perf_counter()
    read = document(File(name, name, SLOW[name]))
    read.source(0, len(read.text))
    assert time.perf_counter() - begun < 5


def damaged(data: bytes, dice: random.Random) -> bytes:
    if dice.random() < 0.4:
        return data[: dice.randrange(len(data))]
    broken = bytearray(data)
    for _ in range(dice.choice([1, 3, 20])):
        broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
    return bytes(broken)


MEASURED = r"""
import re, sys
from pathlib import Path
from redactscan.cli import main
try:
    main(["scan", ".", "--format", "jsonl", "--engine", "regex", "--rules", "stars.yaml", "--no-default-rules"])
except SystemExit as end:
    # Not `ru_maxrss`, which begins with what the process had that started this one.
    print(end.code, re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1], file=sys.stderr)
"""
EACH = 50
MOST = 500_000
"""Kilobytes that a scan may take."""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted otherwise elsewhere")
def test_a_thousand_broken_files_are_all_in_the_ledger() -> None:
    whole = {**FORMATS, "a.pdf": pdf_of(Page((NAME,)), Page(("Two.",)))}
    dice = random.Random(1)  # noqa: S311 - the dice damage files
    broken = {f"bad-{n}-{name}": data for n, (name, data, _) in enumerate(BROKEN)}
    for name, data in whole.items():
        for n in range(EACH):
            # Every fifth has the name of another.
            named = dice.choice(list(whole)) if n % 5 == 0 else name
            broken[f"{len(broken)}-{named}"] = damaged(data, dice)
    assert len(broken) > 1000
    for name, data in broken.items():
        Path(name).write_bytes(data)
    Path("stars.yaml").write_text(RULES, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", MEASURED], capture_output=True, check=False, timeout=240)
    *_, last = done.stderr.decode().splitlines()
    code, memory = map(int, last.split())
    assert (code, b"Traceback" in done.stderr) == (2, False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["path"].partition("!")[0].partition(":")[0] for line in lines if "path" in line} >= set(broken)
    assert memory < MOST


# --- what is not installed ---------------------------------------------------------------------------------------

NEEDS = {"a.html": "selectolax", "a.pdf": "pypdfium2", "a.rtf": "striprtf", "a.zst": "zstandard", "a.warc": "warcio"}


@pytest.mark.parametrize("name", NEEDS)
def test_an_absent_library_is_named_and_the_file_skipped(
    name: str, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"a.pdf": b"%PDF-1.7", "a.zst": zstandard.compress(b"a"), "a.warc": warc_of("x", b"a")} | FORMATS
    for module in [each for each in sys.modules if each.partition(".")[0] == NEEDS[name]]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, NEEDS[name], None)
    form = {"a.zst": "zstd"}.get(name, name.removeprefix("a."))
    monkeypatch.delitem(sys.modules, f"redactscan.document.{form}", raising=False)
    (item,) = items(scanner, name, data[name])
    assert isinstance(item.entry, Skipped)
    assert item.entry.skipped == f"{form}, which needs {NEEDS[name]}: pip install 'redactscan[documents]'"


def test_plain_text_needs_none_of_them() -> None:
    Path("a.txt").write_text(TEXT, encoding="utf-8")
    script = "import sys; from redactscan import Scanner; from redactscan.corpus import entries;"
    script += "print([e.verdict for e in entries(['a.txt'], Scanner(engine='regex'))], sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, encoding="utf-8")
    assert "damaged" in done.stdout
    heavy = [
        "selectolax",
        "pypdfium2",
        "striprtf",
        "warcio",
        "zstandard",
        "email",
        "xml.parsers.expat",
        "tarfile",
    ]
    assert [name for name in heavy if f"'{name}'" in done.stdout] == []
