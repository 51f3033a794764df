"""The scorer of boundaries: the same result everywhere, no work where none is due, evidence pooled over a document."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redactscan import Scanner
from redactscan.damage import damage
from redactscan.scorer import (
    BIAS,
    DILATIONS,
    EXACT,
    GRID,
    REACH,
    TOP,
    WEIGHTS,
    largest_sum,
    normalised,
    pooled,
    save,
    scorer,
)

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTES = 1 << 20

# Three gaps that a rule alone is sure of, and one that only the context tells.
DAMAGED = "全市新建个社区食堂,按期办结率达%,今年共选派名科技特派员下乡。他们走遍了条山沟,栽下核桃树亩。"
WHOLE = "全市新建6个社区食堂,按期办结率达98%,今年共选派40名科技特派员下乡。他们走遍了三条山沟,栽下核桃树300亩。"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


def by_context(scanner: Scanner, text: str) -> list[tuple[str, float | None]]:
    return [(f.text, f.score) for f in scanner.scan(text).findings if f.rule == "gap.number-by-context"]


# --- the net -----------------------------------------------------------------------------------------------------


def test_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size <= 2 * MEGABYTES


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("１２月3日", "00月0日"),
        ("GDP，ＧDP", "AAA,AAA"),
        ("“引”「文」", '"引""文"'),
        ("a\tb\u3000", "a a ".replace("a a", "a a")),
    ],
)
def test_normalised(text: str, seen: str) -> None:
    assert normalised(text) == seen
    assert len(normalised(text)) == len(text)


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="全市新建个社区食堂,。%亩年3月\nA\ud800😀", max_size=120), st.data())
def test_a_place_has_one_score(text: str, data: st.DataObject) -> None:
    # Whatever else is read with it, and however the reading is cut.
    places = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    together = scorer().log_odds(text, places)
    assert together == [scorer().log_odds(text, [place])[0] for place in places]


def test_only_the_surroundings_count() -> None:
    text = "山" * 50 + DAMAGED + "水" * 50
    place = text.index("个")
    near = text[place - REACH : place + REACH]
    assert scorer().log_odds(text, [place]) == scorer().log_odds(near, [REACH])


def test_no_sum_is_rounded() -> None:
    # So the order in which a machine adds does not matter: adding from the other end gives the very same numbers.
    net = scorer()
    rng = np.random.default_rng(1)
    for matrix, bias in net._layers:  # noqa: SLF001 - it is about what is inside
        x = rng.integers(0, TOP * GRID + 1, (5, len(matrix))).astype(np.float32)
        assert np.array_equal(x @ matrix + bias, x[:, ::-1] @ matrix[::-1] + bias)
        assert np.array_equal(x @ matrix + bias, x.astype(float) @ matrix.astype(float) + bias)


def test_no_sum_can_be_rounded() -> None:
    with np.load(WEIGHTS, allow_pickle=False) as kept:
        for i in range(1, len(DILATIONS) + 3):
            bias = kept[f"bias{i}"] / BIAS * 2.0 ** kept[f"shift{i}"]
            assert largest_sum(kept[f"weight{i}"].astype(float), bias).max() < EXACT


def test_weights_are_kept_as_they_are(tmp_path: pytest.TempPathFactory) -> None:
    rng = np.random.default_rng(2)
    layers = [(rng.normal(size=(4, 3, 3)).astype(np.float32), rng.normal(size=4).astype(np.float32))]
    layers.append((np.full((2, 400, 3), 1.5, np.float32), np.zeros(2, np.float32)))
    path = tmp_path / "weights.npz"  # type: ignore[operator]
    save(path, "年月", rng.normal(size=(3, 3)).astype(np.float32), layers)
    with np.load(path) as kept:
        assert kept["vocabulary"].tobytes().decode() == "年月"
        back = kept["weight0"] / 2.0 ** kept["shift0"][:, None, None].astype(float)
        assert largest_sum(kept["weight1"].astype(float), np.zeros(2)).max() < EXACT
    assert np.abs(back - layers[0][0]).max() <= np.abs(layers[0][0]).max() / 64


# --- evidence pooled ---------------------------------------------------------------------------------------------


def test_pooled() -> None:
    assert pooled([], 3) == []
    assert all(0 <= p <= 1 for p in pooled([-800.0, 800.0], 0))
    doubtful = [0.5] + [-8.0] * 40
    alone, supported = pooled(doubtful, 0)[0], pooled(doubtful, 20)[0]
    assert alone < 0.1 < supported
    assert pooled([5.0, 1.0, -3.0], 2) == sorted(pooled([5.0, 1.0, -3.0], 2), reverse=True)


def test_damage_elsewhere_makes_a_doubtful_gap_count(scanner: Scanner) -> None:
    found = by_context(scanner, DAMAGED)
    assert found
    assert all(score is not None and score >= 0.5 for _, score in found)


def test_nothing_is_asked_of_whole_text(scanner: Scanner) -> None:
    assert scanner.scan(WHOLE).findings == []
    assert Scanner(thorough=True).scan(WHOLE).findings == []


def test_without_the_model() -> None:
    assert by_context(Scanner(model=False), DAMAGED) == []


def test_thorough_needs_no_other_evidence(scanner: Scanner) -> None:
    text = "他们走遍了山里的沟沟坎坎,两年里栽下核桃树亩,修通便民路公里,打出机井眼。"
    assert by_context(scanner, text) == []
    assert [unit for unit, _ in by_context(Scanner(thorough=True), text)][:2] == ["亩", "公里"]


def test_without_numpy_the_rules_judge_alone_and_say_so(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(DAMAGED, encoding="utf-8")
    code = (
        "import importlib.util as u, sys; real = u.find_spec;"
        "u.find_spec = lambda name, *rest: None if name == 'numpy' else real(name, *rest);"
        "sys.modules['numpy'] = None;"
        "from redactscan.cli import main; main(['scan', *sys.argv[1:]])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.txt")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "numpy is not installed; gaps are judged by the rules alone" in done.stderr


UNASKED = {
    "whole": WHOLE,
    "of another language": "県内の人口は万人で、前年より戸減った。工場では毎日トンの廃棄物を処理している。",
    "with nothing that a rule is not sure of": "覆盖率达%。",
}


@pytest.mark.parametrize("text", UNASKED.values(), ids=list(UNASKED))
def test_numpy_is_not_imported_for_a_text(text: str) -> None:
    code = f"import redactscan, sys; redactscan.scan({text!r}); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- the form of damage ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "gaps", "numbers", "masks", "form"),
    [
        ("年,全市引进个项目,增长%。", 3, 3, set(), "digits"),
        ("2024年,全市引进个项目,增长%。", 3, 3, set(), None),
        ("年,全市引进个项目。", 2, 2, set(), None),
        ("围绕*、、等产业,引进个团队3次。", 4, 1, {"*"}, "emphasis"),
        ("*县、*区3次。", 0, 0, {"*"}, None),
        ("走进*县调研*县情3次。", 4, 1, {"*"}, None),
        ("围绕*、等产业3次\n*县", 3, 1, {"*"}, "emphasis"),
    ],
)
def test_damage(text: str, gaps: int, numbers: int, masks: set[str], form: str | None) -> None:
    found = damage(text, gaps, numbers, masks)
    assert (found and found.form) == form


def test_the_record_says_how_it_was_damaged(scanner: Scanner) -> None:
    found = scanner.scan(DAMAGED).damage
    assert found is not None
    assert found.form == "digits"
    assert scanner.scan(WHOLE).damage is None
