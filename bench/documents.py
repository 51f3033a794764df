"""How fast pages and PDFs are read, beside the libraries that read them; `python bench/documents.py [FILE ...]`.

Without files it makes some, of sentences made by dice: pages with links, and a PDF of so many pages.
"""

from __future__ import annotations

import argparse
import io
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
from clock import over, timed
from prose import documents
from pypdfium2 import raw
from selectolax.lexbor import LexborHTMLParser
from tabulate import tabulate

from redactscan.document import document
from redactscan.document.form import form
from redactscan.document.outcome import File

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 7
CHARACTERS = 300_000
LINES = 40
"""Lines of a page that is made."""

LINKED = 0.1
"""Share of the words that are links."""


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="pages and PDFs; the others are passed over")
    given = parser.parse_args().files
    files = [(path.name, path.read_bytes()) for path in given] or [*_pages(), ("made.pdf", _pdf())]
    rows = [
        row for kind, own in OWN.items() for row in _rows(kind, own, [f for f in files if form(f[1], f[0]) == kind])
    ]
    print(tabulate(rows, headers=("format", "what is done", "MB/s", "of its speed"), floatfmt=".2f"))


def _rows(
    kind: str, own: dict[str, Callable[[bytes], object]], files: Sequence[tuple[str, bytes]]
) -> list[tuple[str, str, float, float]]:
    """Return the speed of each way over the files of a format, and what redactscan has of it."""
    if not files:
        return []
    size = sum(len(data) for _, data in files) / 1e6
    ways: dict[str, Callable[[bytes], object]] = {
        **own,
        "redactscan: text, and the way back to the source": lambda data: document(File("", "", data, kind)).text,
    }
    jobs = {name: over(way, [data for _, data in files]) for name, way in ways.items()}
    seconds = timed(jobs, ROUNDS)
    *_, ours = seconds.values()
    return [(kind, name, size / each, each / ours) for name, each in seconds.items()]


def _pdf_text(data: bytes) -> int:
    pdf = pypdfium2.PdfDocument(data)
    characters = 0
    for page in pdf:
        texts = page.get_textpage()
        characters += len(texts.get_text_range())
        texts.close()
        page.close()
    pdf.close()
    return characters


OWN: dict[str, dict[str, Callable[[bytes], object]]] = {
    "html": {
        "selectolax: parse": LexborHTMLParser,
        "selectolax: parse, and the text of the body": lambda data: LexborHTMLParser(data).body.text(),  # type: ignore[union-attr]
        "selectolax: parse, and write it again": lambda data: LexborHTMLParser(data).html,
    },
    "pdf": {"pypdfium2: the text of each page": _pdf_text},
}


def _pages() -> list[tuple[str, bytes]]:
    dice = random.Random(1)
    made = []
    for n, text in enumerate(documents(CHARACTERS)):
        words = [
            f'<a href="/{dice.randrange(9999)}.html">{w}</a>' if dice.random() < LINKED else w for w in text.split()
        ]
        body = f"<html><head><title>{n}</title><script>a = 1</script></head><body><nav><ul><li>one<li>two</ul></nav>"
        made.append((f"{n}.html", f'{body}<div class="text"><p>{" ".join(words)}</p></div></body></html>'.encode()))
    return made


def _pdf() -> bytes:
    """Return a PDF of Latin text, a page for each document."""
    pdf = pypdfium2.PdfDocument.new()
    font = raw.FPDFText_LoadStandardFont(pdf, b"Helvetica")
    for n in range(40):
        page = pdf.new_page(595, 842)
        for line in range(LINES):
            shape = raw.FPDFPageObj_CreateTextObj(pdf, font, 11)
            text = f"Line {line} of page {n} says that all of it was counted and nothing is missing here."
            raw.FPDFText_SetText(shape, raw.ctypes.cast(text.encode("utf-16-le") + b"\0\0", raw.FPDF_WIDESTRING))
            raw.FPDFPageObj_Transform(shape, 1, 0, 0, 1, 72, 780 - 18 * line)
            raw.FPDFPage_InsertObject(page, shape)
        page.gen_content()
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


if __name__ == "__main__":
    main()
