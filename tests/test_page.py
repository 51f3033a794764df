"""The HTML report, as a browser shows it: what one sees, clicks and types, and that no document breaks out of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from redactscan import Scanner
from redactscan.ledger import Ledger
from redactscan.record import Failed, Record
from redactscan.report import Item, View, page, report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

RULES = r"""rules:
  - {id: mask.star, kind: mask, slot: place, severity: warning, message: a star in place of a name,
     pattern: '(?<hole>\*)[县区]', hits: ['[|*|]县'], misses: [某县]}
  - {id: gap.percent, kind: gap, slot: number, severity: warning, message: no number before it,
     pattern: '(?<=达)(?<hole>)%', hits: ['达[||]%'], misses: [达3%]}
  - {id: truncation.notice, kind: truncation, slot: text, severity: error, message: a notice,
     pattern: '登录后阅读全文', hits: ['[|登录后阅读全文|]'], misses: [登录]}
  - {id: boilerplate.back, kind: boilerplate, severity: warning, message: furniture,
     pattern: '返回首页', hits: ['[|返回首页|]'], misses: [首页]}
"""


def _scanner() -> Scanner:
    file = Path(tempfile.mkdtemp(dir=os.environ["REDACTSCAN_CACHE"])) / "r.yaml"
    file.write_text(RULES, encoding="utf-8")
    return Scanner(rules=[file], default_rules=False, engine="regex")


SCANNER = _scanner()
SENTENCE = "会议强调,要认真抓好各项工作的落实,确保取得实效。\n"
DAMAGED = f"{SENTENCE * 30}刚才,*县、*区作了发言,覆盖率达%。\n{SENTENCE * 30}登录后阅读全文 返回首页\n"


def scanned(text: str, path: str = "a.txt") -> Item:
    return Item(SCANNER.scan(text, path=path), text)


def output(items: Iterable[Item]) -> str:
    ledger, made = Ledger("regex"), report("html", View(rules={rule.id: rule for rule in SCANNER.pack.rules}))
    chunks = [made.begin()]
    for item in items:
        ledger.add(item.entry)
        chunks.append(made.add(item))
    return "".join([*chunks, made.end(ledger.summary())])


def data(html: str, name: str) -> Any:  # noqa: ANN401 - JSON
    found = re.search(rf'<script type="application/json" id="{name}">(.*)</script>', html)
    assert found
    return json.loads(found[1])


# --- without a browser -------------------------------------------------------------------------------------------


def test_the_pieces_of_a_text_are_the_text_with_its_holes() -> None:
    item = scanned(DAMAGED)
    assert isinstance(item.entry, Record)
    shown = data(output([item]), "d0")
    pieces = [part if isinstance(part, str) else part[1] for part in shown["parts"]]
    assert "".join(pieces) == DAMAGED
    holes = [(part[0], part[1]) for part in shown["parts"] if isinstance(part, list)]
    assert holes == [(0, "*"), (1, "*"), (2, ""), (3, "登录后阅读全文"), (4, "返回首页")]
    assert [f[0] for f in shown["findings"]] == [f.kind for f in item.entry.findings]


def test_of_a_long_text_the_surroundings_of_its_holes_are_kept() -> None:
    text = SENTENCE * 3000 + DAMAGED
    parts = data(output([scanned(text)]), "d0")["parts"]
    left_out = [part for part in parts if isinstance(part, int)]
    kept = sum(len(part if isinstance(part, str) else part[1]) for part in parts if not isinstance(part, int))
    assert sum(left_out) + kept == len(text)
    assert kept < 10_000


def test_holes_that_overlap_show_no_character_twice() -> None:
    item = scanned(DAMAGED)
    assert isinstance(item.entry, Record)
    twice = [f for finding in item.entry.findings for f in (finding, finding)]
    parts = data(output([item._replace(entry=replace(item.entry, findings=twice))]), "d0")["parts"]
    assert "".join(part if isinstance(part, str) else part[1] for part in parts) == DAMAGED


def test_what_is_too_much_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MARKED", 2)
    monkeypatch.setattr(page, "ROOM", len(DAMAGED))
    html = output([scanned(DAMAGED), scanned(DAMAGED, "b.txt"), scanned(SENTENCE, "c.txt")])
    assert data(html, "d0")["more"] == 3
    assert data(html, "d0")["parts"]
    assert data(html, "d1")["parts"] is None
    assert len(data(html, "d1")["findings"]) == 2


UNSEEN = [("a\r\nb\tc", "a\nb\tc"), ("\x1b[31m", r"\u001b[31m"), ("\u202eabc", r"\u202eabc"), ("\ud83d", r"\ud83d")]


@pytest.mark.parametrize(("text", "shown"), UNSEEN, ids=[shown for _, shown in UNSEEN])
def test_what_cannot_be_seen_is_an_escape(text: str, shown: str) -> None:
    assert page.seen(text) == shown


# --- in a browser ------------------------------------------------------------------------------------------------

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

browsing = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here; name one in the variable CHROMIUM")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


def expect(what: Any) -> Any:  # noqa: ANN401
    """What waits, as `wait_for_function` cannot: the page's policy stops that too."""
    from playwright import sync_api  # noqa: PLC0415 - it may not be there

    return sync_api.expect(what)


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:  # noqa: ANN401
    """Opens a report; in the end, nothing was said on the console, no dialog came, and only the file was asked for."""
    seen: list[str] = []

    def opened(items: Iterable[Item], address: str = "", **options: Any) -> Any:  # noqa: ANN401
        file = tmp_path / "report.html"
        file.write_text(output(items), encoding="utf-8", errors="backslashreplace")
        tab = browser.new_page(**options)
        tab.on("console", lambda message: seen.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: seen.append(f"error: {error}"))
        tab.on("dialog", lambda dialog: (seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        tab.on("request", lambda request: seen.append(f"request: {request.url}"))
        tab.goto(f"{file.as_uri()}{address}")
        seen.remove(f"request: {file.as_uri()}")
        return tab

    yield opened
    for context in browser.contexts:
        context.close()
    assert seen == []


COLLECTION = [
    scanned(SENTENCE, "whole.txt"),
    scanned(DAMAGED, "docs/damaged.txt"),
    scanned("刚才,*县作了发言。\n" + SENTENCE, "docs/masked.txt"),
    Item(Failed(path="gone.txt", error="no such file or folder", reason="missing")),
]


def paths(tab: Any) -> list[str]:  # noqa: ANN401
    names: list[str] = tab.locator("#list tbody a").all_text_contents()
    return names


@browsing
def test_the_list_is_sorted_and_filtered(visit: Callable[..., Any]) -> None:
    tab = visit(COLLECTION)
    worst = ["docs/damaged.txt", "docs/masked.txt", "whole.txt"]
    assert paths(tab) == worst
    tab.get_by_role("button", name="Complete").click()
    assert paths(tab) == worst[::-1]
    assert tab.locator("th[aria-sort=descending]").inner_text() == "Complete"
    tab.get_by_role("button", name="Document").click()
    assert paths(tab) == sorted(worst)
    tab.locator("#words").fill("DOCS/")
    assert paths(tab) == worst[:2]
    assert tab.locator("#shown").inner_text() == "2 of 3"
    tab.locator("#kind").select_option(label="gap")
    assert paths(tab) == worst[:1]
    tab.locator("#words").fill("nowhere")
    assert paths(tab) == []
    assert "gone.txt: no such file or folder" in tab.locator("#ledger").inner_text()


@browsing
def test_a_document_shows_its_holes_and_the_sum(visit: Callable[..., Any]) -> None:
    tab = visit(COLLECTION)
    tab.get_by_role("link", name="docs/damaged.txt").click()
    marks = tab.locator("#text mark")
    assert marks.all_text_contents() == ["*", "*", "", "登录后阅读全文", "返回首页"]
    kinds = [mark.get_attribute("class") for mark in marks.all()]
    assert kinds == ["mask", "mask", "gap", "truncation", "boilerplate"]
    assert [mark.get_attribute("data-slot") for mark in marks.all()] == [
        "place",
        "place",
        "number",
        "text",
        "boilerplate",
    ]
    assert tab.locator("#text").text_content() == DAMAGED
    assert tab.locator("#sum").inner_text().startswith("verdict       truncated\ncompleteness  unknown")
    tab.get_by_role("link", name="登录后阅读全文").click()
    expect(tab.locator("mark.here")).to_have_text("登录后阅读全文")
    assert in_sight(tab, marks.nth(3))
    tab.go_back()
    tab.go_back()
    assert tab.locator("#list").is_visible()


def in_sight(tab: Any, mark: Any) -> bool:  # noqa: ANN401
    box = mark.bounding_box()
    return bool(0 <= box["y"] <= tab.viewport_size["height"] - box["height"])


@browsing
def test_a_click_on_the_map_goes_to_the_hole(visit: Callable[..., Any]) -> None:
    tab = visit(COLLECTION, "#d1", viewport={"width": 900, "height": 500})
    tick = tab.locator("#map i.truncation").bounding_box()
    last = tab.locator("#text mark").nth(3)
    assert not in_sight(tab, last)
    tab.mouse.click(tick["x"] + 5, tick["y"] + 1)
    assert in_sight(tab, last)
    assert tab.locator("mark.here").count() == 1


@browsing
def test_all_can_be_done_with_keys(visit: Callable[..., Any]) -> None:
    tab = visit(COLLECTION)
    for key in ("/", "m", "a", "s", "k", "e", "d", "ArrowDown", "Enter"):
        tab.keyboard.press(key)
    expect(tab).to_have_title("docs/masked.txt")
    tab.keyboard.press("Escape")
    expect(tab).to_have_title("redactscan")
    assert tab.evaluate("document.activeElement.textContent") == "docs/masked.txt"
    for key in ("/", "Escape", "ArrowDown", "Enter"):
        tab.keyboard.press(key)
    expect(tab).to_have_title("docs/damaged.txt")
    for key, here in (("n", "1"), ("n", "2"), ("p", "1"), ("k", "5"), ("j", "1")):
        tab.keyboard.press(key)
        assert tab.locator("#place").inner_text() == f"{here} of 5 holes"
    assert tab.evaluate("document.activeElement.className") == "mask here"
    tab.keyboard.press("Escape")
    expect(tab.locator(":focus")).to_have_text("docs/damaged.txt")


HOSTILE = [
    "</script><script>alert(1)</script>*县",
    "<img src=x onerror=alert(1)>*县<!--<script>",
    "*县]]>\u2028</SCRIPT ><svg onload=alert(1)>{{ 7 * 7 }}{% raw %}",
    '*县" onmouseover="alert(1)" style="position:fixed',
    "\x00\x1b*县\u202e\ud83d\ufffe",
    "*县 https://example.org/x.png javascript:alert(1)",
]


@browsing
@pytest.mark.parametrize("path", ["a.txt", "<img src=x onerror=alert(1)>'\"</script>.txt"])
def test_nothing_of_a_document_becomes_markup(visit: Callable[..., Any], path: str) -> None:
    items = [scanned(text, f"{n}{path}") for n, text in enumerate(HOSTILE)]
    tab = visit([*items, Item(Failed(path=path, error="</li><script>alert(1)</script>", reason="unreadable"))])
    elements = tab.evaluate("document.querySelectorAll('*').length")
    for n, item in enumerate(items):
        tab.evaluate(f"location.hash = '#d{n}'")
        expect(tab).to_have_title(f"{n}{path}")
        assert tab.evaluate("document.querySelector('#text').textContent") == page.seen(item.text)
        assert tab.locator("#text > *").count() == tab.locator("#text > mark").count() == 1
    assert tab.locator("img, iframe, object").count() == 0
    assert tab.evaluate("document.querySelectorAll('*').length") < elements + 20


@browsing
def test_the_policy_stops_what_is_not_ours(visit: Callable[..., Any]) -> None:
    tab = visit(COLLECTION)
    policy = tab.locator("meta[http-equiv]").get_attribute("content")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


@browsing
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_are_the_readers_choice(visit: Callable[..., Any], scheme: str) -> None:
    tab = visit(COLLECTION, "#d1", color_scheme=scheme)
    page_, ink = (tab.evaluate(f"getComputedStyle(document.body).{name}") for name in ("backgroundColor", "color"))
    brightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (page_, ink)]
    assert (brightness[0] > brightness[1]) == (scheme == "light")


@browsing
@pytest.mark.parametrize("address", ["", "#d1"])
def test_a_phone_needs_no_scrolling_sideways(visit: Callable[..., Any], address: str) -> None:
    tab = visit(COLLECTION, address, viewport={"width": 360, "height": 640})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    assert tab.locator("#document" if address else "#list").is_visible()


@browsing
def test_five_thousand_documents_are_a_list(visit: Callable[..., Any]) -> None:
    tab = visit(scanned(DAMAGED if n % 2 else SENTENCE, f"{n:04}.txt") for n in range(5000))
    assert tab.locator("#shown").inner_text() == "5000 of 5000"
    assert tab.locator("#list tbody tr").count() < 1000
    tab.get_by_role("button", name="Document").click()
    tab.get_by_role("button", name="Document").click()
    assert paths(tab)[0] == "4999.txt"
    tab.locator("#words").fill("4321")
    assert paths(tab) == ["4321.txt"]
    tab.get_by_role("link", name="4321.txt").click()
    tab.locator("#text mark").first.wait_for(timeout=60_000)
    assert tab.locator("#text mark").count() == 5
