"""Documents of every format that is read, made with little, all of the same text."""
# ruff: noqa: E501 - namespaces are long.

from __future__ import annotations

import bz2
import gzip
import html
import io
import json
import lzma
import tarfile
import zipfile
from email.message import EmailMessage
from typing import NamedTuple

import pypdfium2
import zstandard
from pypdfium2 import raw

LINES = (
    "全市秋收工作通报",
    "今年以来,全市新建个社区食堂,覆盖率达%。刚才,*县、*区的负责同志作了发言。",
    "请联系经办人,电话138****5678。",
    "会议强调,各乡镇要抓好落实。",
)
"""A text without what needs escapes, and whose lines fit on a page."""


def zipped(files: dict[str, str | bytes], **options: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as made:  # type: ignore[call-overload]
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return out.getvalue()


def html_of(lines: tuple[str, ...], charset: str = "utf-8") -> str:
    body = "\n".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>x</title></head><body>\n{body}\n</body></html>'


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, **parts: str) -> bytes:
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
    }
    return zipped(files | {f"word/{name}.xml": f"<w:x {W}>{text}</w:x>" for name, text in parts.items()})


def docx_of(lines: tuple[str, ...]) -> bytes:
    # Each line in runs of seven characters, as after much editing.
    runs = ("".join(f"<w:r><w:t>{line[n : n + 7]}</w:t></w:r>" for n in range(0, len(line), 7)) for line in lines)
    return docx("".join(f"<w:p>{line}</w:p>" for line in runs))


def odt_of(lines: tuple[str, ...]) -> bytes:
    names = 'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    body = "".join(f"<t:p>{line}</t:p>" for line in lines)
    content = f"<o:document-content {names}><o:body><o:text>{body}</o:text></o:body></o:document-content>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def epub_of(*chapters: str) -> bytes:
    items_ = "".join(f'<item id="c{n}" href="text/c{n}.xhtml"/>' for n in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    files: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/b.opf"/></rootfiles></container>',
        "OEBPS/b.opf": f"<package><manifest>{items_}</manifest><spine>{spine}</spine></package>",
    }
    return zipped(files | {f"OEBPS/text/c{n}.xhtml": text for n, text in enumerate(chapters)})


def rtf_of(lines: tuple[str, ...]) -> bytes:
    text = "\\par\n".join("".join(c if c.isascii() else f"\\u{ord(c)}?" for c in line) for line in lines)
    return f"{{\\rtf1\\ansi {text}}}".encode("ascii")


def eml_of(lines: tuple[str, ...], subtype: str = "plain", encoding: str = "utf-8") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "a@example.org", "<1@example.org>"
    mail["Subject"] = lines[0]
    text = "\n".join(lines[1:]) if subtype == "plain" else html_of(lines[1:])
    mail.set_content(text, subtype=subtype, charset=encoding)
    return mail.as_bytes()


def warc_of(address: str, body: bytes, kind: str = "text/html", *headers: str) -> bytes:
    response = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\n\r\n%b" % (kind.encode(), body)
    head = ["WARC/1.0", "WARC-Type: response", f"WARC-Target-URI: {address}", "WARC-Record-ID: <urn:uuid:1>"]
    head += ["WARC-Date: 2026-01-01T00:00:00Z", "Content-Type: application/http; msgtype=response", *headers]
    return "\r\n".join([*head, f"Content-Length: {len(response)}", "", ""]).encode() + response + b"\r\n\r\n"


def notebook_of(lines: tuple[str, ...]) -> bytes:
    cell = {"cell_type": "markdown", "source": [f"{line}\n" for line in lines]}
    return json.dumps({"cells": [cell], "nbformat": 4}).encode()


class Page(NamedTuple):
    """Lines of Latin text on a page, black or white, and black boxes: left, bottom, width, height."""

    lines: tuple[str, ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    below: bool = False
    white: bool = False


def pdf_of(*pages: Page) -> bytes:
    """Return a PDF; the lines are 20 points apart, from 700 down, at 72 from the left."""
    pdf = pypdfium2.PdfDocument.new()
    font = raw.FPDFText_LoadStandardFont(pdf, b"Helvetica")
    for lines, boxes, below, white in pages:
        made = pdf.new_page(595, 842)
        shapes = [_box(*box) for box in boxes]
        texts = [_line(pdf, font, text, 700 - 20 * n) for n, text in enumerate(lines)]
        for text in texts if white else ():
            raw.FPDFPageObj_SetFillColor(text, 255, 255, 255, 255)
        for shape in [*shapes, *texts] if below else [*texts, *shapes]:
            raw.FPDFPage_InsertObject(made, shape)
        made.gen_content()
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def _line(pdf: pypdfium2.PdfDocument, font: object, text: str, bottom: float) -> object:
    shape = raw.FPDFPageObj_CreateTextObj(pdf, font, 12)
    buffer = text.encode("utf-16-le") + b"\0\0"
    raw.FPDFText_SetText(shape, raw.ctypes.cast(buffer, raw.FPDF_WIDESTRING))
    raw.FPDFPageObj_Transform(shape, 1, 0, 0, 1, 72, bottom)
    return shape


def _box(left: float, bottom: float, width: float, height: float) -> object:
    shape = raw.FPDFPageObj_CreateNewRect(left, bottom, width, height)
    raw.FPDFPageObj_SetFillColor(shape, 0, 0, 0, 255)
    raw.FPDFPath_SetDrawMode(shape, raw.FPDF_FILLMODE_ALTERNATE, False)  # noqa: FBT003 - as in C
    return shape


TEXT = "\n".join(LINES)


def mail_with(name: str, data: bytes) -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["MIME-Version"] = "Hello", "1.0"
    mail.set_content("See below.")
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


FORMATS = {
    "a.html": html_of(LINES).encode(),
    "gbk.html": html_of(LINES, "gb2312").encode("gbk"),
    "no-name": html_of(LINES).encode("utf-16"),
    "a.docx": docx_of(LINES),
    "docx.bin": docx_of(LINES),
    "a.odt": odt_of(LINES),
    "a.epub": epub_of(html_of(LINES[:2]), html_of(LINES[2:])),
    "a.rtf": rtf_of(LINES),
    "a.eml": eml_of(LINES),
    "gbk.eml": eml_of(LINES, encoding="gb18030"),
    "html.eml": eml_of(LINES, "html"),
    "a.ipynb": notebook_of(LINES),
    "a.csv": TEXT.encode(),
    "a.txt.gz": gzip.compress(TEXT.encode()),
    "a.txt.bz2": bz2.compress(TEXT.encode()),
    "a.txt.xz": lzma.compress(TEXT.encode()),
    "a.txt.zst": zstandard.compress(TEXT.encode()),
    "a.zip": zipped({"in/a.txt": TEXT}),
    "a.tar.gz": gzip.compress(tarred({"in/a.txt": TEXT.encode("gbk")})),
    "a.warc.gz": gzip.compress(warc_of("https://example.org/a", html_of(LINES).encode())),
    "a.mbox": b"From a@example.org Thu Jan  1 00:00:00 2026\n" + eml_of(LINES),
}
