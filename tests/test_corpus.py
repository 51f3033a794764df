"""Paths to entries: which files are scanned, in which order, and why the others are not."""
# ruff: noqa: E501 - cases are tables.

from __future__ import annotations

import io
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from redactscan.corpus import Documents, entries
from redactscan.ledger import Ledger
from redactscan.plan import Always, Plan, Reading
from redactscan.record import Failed, Record, Skipped

if TYPE_CHECKING:
    from redactscan import Scanner

HIDDEN = "hidden; give its path to scan it"
LINK = "a link to a folder; give its path to scan it"
OUT = "a link out of the repository; give its path to scan it"
PIPE = "not a file; pipe it in and give - as the path"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(files: dict[str, str]) -> None:
    """Make files; a name that ends with / is a folder, a content that begins with -> a link."""
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        elif content.startswith("->"):
            path.symlink_to(content[2:])
        else:
            path.write_text(content)


def outcome(entry: Record | Failed | Skipped) -> tuple[str | None, str]:
    if isinstance(entry, Record):
        return entry.path, "scanned"
    return entry.path, entry.error if isinstance(entry, Failed) else entry.skipped


class Case(NamedTuple):
    """Files that lie there, paths that are given, and what becomes of each document, in order."""

    name: str
    files: dict[str, str]
    paths: list[str]
    outcomes: list[tuple[str, str]]


WALKS = [
    Case("a file", {"a.txt": "a"}, ["a.txt"], [("a.txt", "scanned")]),
    Case("in the order given", {"a": "", "b": ""}, ["b", "a", "b"], [(p, "scanned") for p in "bab"]),
    Case(
        "a folder: its files by name, then those below",
        {"d/c": "", "d/b/x": "", "d/b/w": "", "d/a/z/y": "", "d/a2": ""},
        ["d"],
        [(p, "scanned") for p in ("d/a2", "d/c", "d/a/z/y", "d/b/w", "d/b/x")],
    ),
    Case("this folder", {"a": "", "d/b": ""}, ["."], [("a", "scanned"), ("d/b", "scanned")]),
    Case("an untidy path", {"d/a": ""}, ["./d//"], [("d/a", "scanned")]),
    Case(
        "hidden things",
        {"d/.env": "", "d/.git/config": "", "d/.git/HEAD": "", "d/a": ""},
        ["d"],
        [("d/.env", HIDDEN), ("d/.git", HIDDEN), ("d/a", "scanned")],
    ),
    Case("hidden things by name", {".env": "", ".d/a": ""}, [".env", ".d"], [(".env", "scanned"), (".d/a", "scanned")]),
    Case("missing", {"a": ""}, ["no", "a"], [("no", "no such file or folder"), ("a", "scanned")]),
    Case("below a file", {"a": ""}, ["a/b"], [("a/b", "cannot be read: Not a directory")]),
    Case("an empty folder", {"d/": "", "a": ""}, ["d", "a"], [("d", "no file in this folder"), ("a", "scanned")]),
    Case("only empty folders", {"d/e/f/": ""}, ["d"], [("d", "no file in this folder")]),
    Case("an empty folder among others", {"d/e/": "", "d/a": ""}, ["d"], [("d/a", "scanned")]),
    Case("a pattern", {"b.md": "", "a.md": "", "c.txt": ""}, ["*.md"], [("a.md", "scanned"), ("b.md", "scanned")]),
    Case(
        "a pattern of any depth",
        {"a.md": "", "d/b.md": "", "d/e/c.md": "", "d/e/c.txt": ""},
        ["**/*.md"],
        [("a.md", "scanned"), ("d/b.md", "scanned"), ("d/e/c.md", "scanned")],
    ),
    Case("all of any depth, once", {"d/a": "", "d/e/b": ""}, ["d/**"], [("d/a", "scanned"), ("d/e/b", "scanned")]),
    Case("a pattern of folders", {"d1/a": "", "d2/b": ""}, ["d?"], [("d1/a", "scanned"), ("d2/b", "scanned")]),
    Case("a pattern that fits nothing", {"a": ""}, ["*.md"], [("*.md", "no file fits this pattern")]),
    Case("a name that looks like a pattern", {"[x].md": "", "x.md": ""}, ["[x].md"], [("[x].md", "scanned")]),
    Case("a file called -", {"-": ""}, ["./-"], [("-", "scanned")]),
]

LINKS = [
    Case("to a file", {"a": "", "d/l": "->../a"}, ["d"], [("d/l", "scanned")]),
    Case("to a folder", {"d/e/a": "", "d/l": "->e"}, ["d"], [("d/l", LINK), ("d/e/a", "scanned")]),
    Case("to a folder, by name", {"d/a": "", "l": "->d"}, ["l"], [("l/a", "scanned")]),
    Case("to its own folder", {"d/a": "", "d/l": "->../d"}, ["d"], [("d/a", "scanned"), ("d/l", LINK)]),
    Case("to nowhere", {"d/l": "->no"}, ["d"], [("d/l", "a link that leads nowhere")]),
    Case(
        "out of a repository",
        {
            "d/.git/": "",
            "secret": "",
            "d/e/l": "->../../secret",
            "d/e/m": "->../n",
            "d/n": "",
            "d/o": "->/proc/self/environ",
        },
        ["d"],
        [("d/.git", HIDDEN), ("d/n", "scanned"), ("d/o", OUT), ("d/e/l", OUT), ("d/e/m", "scanned")],
    ),
    Case("out of a repository, by name", {"d/.git/": "", "a": "", "d/l": "->../a"}, ["d/l"], [("d/l", "scanned")]),
]

IGNORES = [
    Case(
        "with the line that says so",
        {"d/.gitignore": "# logs\n\n*.log\n", "d/a.log": "", "d/b.txt": ""},
        ["d"],
        [("d/.gitignore", HIDDEN), ("d/a.log", "ignored by d/.gitignore:3"), ("d/b.txt", "scanned")],
    ),
    Case(
        "a folder in one line",
        {"d/.gitignore": "out/", "d/out/a": "", "d/out/b": ""},
        ["d"],
        [("d/.gitignore", HIDDEN), ("d/out", "ignored by d/.gitignore:1")],
    ),
    Case(
        "but not what is taken back",
        {"d/.gitignore": "*.log\r\n!keep.log\r\n", "d/a.log": "", "d/keep.log": ""},
        ["d"],
        [("d/.gitignore", HIDDEN), ("d/a.log", "ignored by d/.gitignore:1"), ("d/keep.log", "scanned")],
    ),
    Case(
        "the nearest file decides",
        {"d/.gitignore": "*.log", "d/e/.gitignore": "!a.log", "d/e/a.log": "", "d/e/f/a.log": ""},
        ["d"],
        [("d/.gitignore", HIDDEN), ("d/e/.gitignore", HIDDEN), ("d/e/a.log", "scanned"), ("d/e/f/a.log", "scanned")],
    ),
    Case(
        "our own file decides over git's",
        {"d/.gitignore": "*.log", "d/.redactscanignore": "!a.log\nb.txt", "d/a.log": "", "d/b.txt": ""},
        ["d"],
        [
            ("d/.gitignore", HIDDEN),
            ("d/.redactscanignore", HIDDEN),
            ("d/a.log", "scanned"),
            ("d/b.txt", "ignored by d/.redactscanignore:2"),
        ],
    ),
    Case(
        "a pattern with a path",
        {"d/.gitignore": "/e/*.txt", "d/a.txt": "", "d/e/a.txt": "", "d/e/e/a.txt": ""},
        ["d"],
        [
            ("d/.gitignore", HIDDEN),
            ("d/a.txt", "scanned"),
            ("d/e/a.txt", "ignored by d/.gitignore:1"),
            ("d/e/e/a.txt", "scanned"),
        ],
    ),
    Case("not a file by name", {".gitignore": "*.log", "a.log": ""}, ["a.log"], [("a.log", "scanned")]),
    Case("not a folder by name", {".git/": "", ".gitignore": "d", "d/a": ""}, ["d"], [("d/a", "scanned")]),
    Case(
        "from above, in a repository",
        {".git/": "", ".gitignore": "*.log\nd/e/x", "d/a.log": "", "d/e/x": "", "d/e/y": ""},
        ["d"],
        [("d/a.log", "ignored by .gitignore:1"), ("d/e/x", "ignored by .gitignore:2"), ("d/e/y", "scanned")],
    ),
    Case("from above, outside of one", {".gitignore": "*.log", "d/a.log": ""}, ["d"], [("d/a.log", "scanned")]),
    Case("from beyond the repository", {".gitignore": "*", "d/.git": "", "d/a": ""}, ["d"], [("d/.git", HIDDEN), ("d/a", "scanned")]),
    Case("a line that is no pattern", {"d/.gitignore": "!\n*.log", "d/a.log": ""}, ["d"], [("d/.gitignore", HIDDEN), ("d/a.log", "ignored by d/.gitignore:2")]),
    Case("not by a folder of that name", {"d/.gitignore/a": "", "d/b": ""}, ["d"], [("d/.gitignore", HIDDEN), ("d/b", "scanned")]),
]  # fmt: skip


def names(cases: list[Case]) -> list[str]:
    return [case.name for case in cases]


@pytest.mark.parametrize("case", WALKS, ids=names(WALKS))
def test_paths_become_documents(case: Case, scanner: Scanner) -> None:
    make(case.files)
    assert [outcome(entry) for entry in entries(case.paths, scanner)] == case.outcomes


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("case", LINKS, ids=names(LINKS))
def test_links_are_followed_to_files_only(case: Case, scanner: Scanner) -> None:
    test_paths_become_documents(case, scanner)


@pytest.mark.parametrize("case", IGNORES, ids=names(IGNORES))
def test_what_is_ignored_is_in_the_ledger(case: Case, scanner: Scanner) -> None:
    test_paths_become_documents(case, scanner)


# --- files that are no documents ---------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_what_is_no_file_is_not_waited_for(scanner: Scanner) -> None:
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        found = [outcome(entry) for entry in entries([".", "pipe", "/dev/zero"], scanner)]
    assert found == [
        ("pipe", f"a named pipe, {PIPE}"),
        ("socket", f"a socket, {PIPE}"),
        ("pipe", f"a named pipe, {PIPE}"),
        ("/dev/zero", f"a device, {PIPE}"),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs links")
def test_a_link_to_itself_is_an_error_and_no_loop(scanner: Scanner) -> None:
    make({"d/self": "->self", "d/a": ""})
    found = [outcome(entry) for entry in entries(["d"], scanner)]
    assert found == [("d/a", "scanned"), ("d/self", "cannot be read: Too many levels of symbolic links")]


def test_a_file_that_cannot_be_read_is_an_error(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "secret":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    make({"a": "", "secret": "", "z": ""})
    found = [outcome(entry) for entry in entries(["."], scanner)]
    assert found == [("a", "scanned"), ("secret", "cannot be read: Permission denied"), ("z", "scanned")]


def test_a_folder_that_cannot_be_read_is_an_error(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.scandir

    def refused(path: Path) -> object:
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refused)
    make({"d/secret/a": "", "d/z/a": ""})
    found = [outcome(entry) for entry in entries(["d"], scanner)]
    assert found == [("d/secret", "cannot be read: Permission denied"), ("d/z/a", "scanned")]


def test_large_files_are_passed_over(scanner: Scanner) -> None:
    make({"fits": "x" * 10, "large": "x" * 11})
    found = [outcome(entry) for entry in entries(["large", "fits"], scanner, Reading(max_bytes=10))]
    assert found == [("large", "larger than the limit of 10 bytes (--max-bytes)"), ("fits", "scanned")]


@pytest.mark.parametrize(
    ("data", "expected"), [(b"12345", "scanned"), (b"123456", "larger than the limit of 5 bytes (--max-bytes)")]
)
def test_standard_input_is_a_document(
    data: bytes, expected: str, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    make({"a": ""})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert [outcome(entry) for entry in entries(["-", "a"], scanner, Reading(max_bytes=5))] == [
        ("-", expected),
        ("a", "scanned"),
    ]


def test_standard_input_may_be_closed(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert [outcome(e) for e in entries(["-"], scanner)] == [("-", "cannot be read: standard input is closed")]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_utf8_can_be_written(scanner: Scanner) -> None:
    Path(os.fsdecode(b"a\xff")).write_text("")
    (entry,) = entries(["."], scanner)
    assert entry.path == "a\ufffd"


# --- what is read ------------------------------------------------------------------------------------------------


def test_an_item_has_the_text_and_what_could_not_be_decoded(scanner: Scanner) -> None:
    Path("a").write_bytes(b"Dear ***,\r\n\xff")
    (item,) = Documents(["a"], Always(Plan(scanner)))
    assert (item.text, item.entry.invalid) == ("Dear ***,\r\n\ufffd", 1)
    assert isinstance(item.entry, Record)
    assert item.entry.encoding == "utf-8"
    assert [item.text[f.start : f.end] for f in item.entry.findings] == ["***"]


def test_a_named_encoding_is_that_of_all_documents(scanner: Scanner) -> None:
    Path("a").write_bytes(b"caf\xe9")
    (item,) = Documents(["a"], Always(Plan(scanner, Reading(encoding="cp1252"))))
    assert item.text == "café"


def test_one_document_is_read_at_a_time(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    whole = Path.read_bytes

    def noted(path: Path) -> bytes:
        read.append(path.name)
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    make({"a": "", "b": "", "c": ""})
    documents = entries(["."], scanner)
    next(documents)
    assert read == ["a"]


# --- the ledger --------------------------------------------------------------------------------------------------


def test_the_ledger_counts_what_became_of_documents(scanner: Scanner) -> None:
    make({"a": "Dear ***,\nyour *** is here.\n" * 3, "b": "Dear Ann.\n", ".c": ""})
    ledger = Ledger("regex")
    every = list(entries([".", "no"], scanner))
    for entry in every:
        ledger.add(entry)
    summary = ledger.summary()
    scanned = [entry for entry in every if isinstance(entry, Record)]
    assert (summary.scanned, summary.skipped, summary.failed, summary.stopped) == (2, 1, 1, 0)
    assert (summary.engine, summary.characters) == ("regex", sum(r.characters for r in scanned))
    assert summary.findings == {"mask": 6}
    assert sum(summary.verdicts.values()) == 2
