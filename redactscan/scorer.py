"""The second witness of a gap: how likely it is that a number or a name is missing at a boundary, by the text around.

A small convolutional net reads the characters on both sides; `model/train.py` makes its weights, and docs/gaps.md says
from what and how good it is. The weights are integers of 8 bits over powers of two, and every number on the way is a
multiple of a power of two and small enough that no sum of floats of 32 bits is ever rounded: so the result is the same
on every machine, in whatever order its library adds.
"""

from __future__ import annotations

import functools
import importlib.util
import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

from redactscan.rule import Missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

# ruff: noqa: PLC0415 - numpy takes longer to import than a small file to scan, and whole documents do not need it.

DILATIONS = (1, 2, 4, 1, 2, 4, 8)
"""How far apart the characters are that each convolution after the first looks at."""

REACH = 2 + sum(DILATIONS)
"""Characters on either side of a boundary that have a say."""

UNKNOWN = 0
"""The id of a character that was too rare to be learnt."""

GRID = 64
"""What every layer hands on is a multiple of 1/GRID."""

TOP = 24
"""The most that a layer hands on. On text it stays under 23; the sums are kept small by it, see `EXACT`."""

EXACT = 2**24
"""Integers below this are all floats of 32 bits: no sum of weights times what layers hand on may reach it."""

BIAS = 256
"""Biases are kept as multiples of 1/BIAS."""

PRIOR = 0.25
"""Share of the candidates that were holes in the text that the net was trained on."""

WEIGHTS = Path(__file__).with_name("scorer.npz")

_BLOCK = 256
"""Boundaries that are read at once: memory for some 10 MB."""

_CLASSES = {"0": "0123456789", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a": "abcdefghijklmnopqrstuvwxyz"}
_WIDE = 0xFEE0
_SEEN_AS = str.maketrans(
    {
        **{chr(point + _WIDE): chr(point) for point in range(0x21, 0x7F)},
        **{chr(ord(char) + width): sign for sign, every in _CLASSES.items() for char in every for width in (0, _WIDE)},
        **dict.fromkeys("\u3000\xa0\t\r", " "),
        **dict.fromkeys("“”「」『』", '"'),
    }
)


def normalised(text: str) -> str:
    """Return a text as the net sees it, of the same length: digits are one sign, letters two, widths are folded."""
    return text.translate(_SEEN_AS)


class Scorer:
    """The net, ready to read; safe in threads."""

    def __init__(self, weights: Weights) -> None:
        import numpy as np

        self._ids = {char: i for i, char in enumerate(weights.vocabulary, UNKNOWN + 1)}
        self._embedding: NDArray[np.float32] = weights.embedding * np.float32(GRID)
        # (out, in, width) becomes (width * in, out), by which a window of `width` characters is multiplied.
        self._layers = [
            (weight.transpose(2, 1, 0).reshape(-1, len(weight)), bias * np.float32(GRID))
            for weight, bias in weights.layers
        ]

    def log_odds(self, text: str, places: Sequence[int]) -> list[dict[Missing, float]]:
        """Return for each boundary of `places`, which are in order, the log odds that a number or a name is missing.

        A boundary is the offset of the character after it, in code points. The odds are those of the text that the
        net was trained on, where PRIOR of such places were holes.
        """
        kinds = get_args(Missing)
        blocks = (places[i : i + _BLOCK] for i in range(0, len(places), _BLOCK))
        return [dict(zip(kinds, row, strict=False)) for block in blocks for row in self._read(text, block).tolist()]

    def _read(self, text: str, places: Sequence[int]) -> NDArray[np.float32]:
        """Return (places, 3) log odds. Numbers between layers are in units of 1/GRID, a row for each character."""
        import numpy as np

        # From the last layer down: which characters have a say, and which rows of the layer below each one looks at.
        characters, seen = np.unique(np.subtract.outer(places, (1, 0)), return_inverse=True)
        windows = [seen.reshape(-1, 2)]
        for step in (*reversed(DILATIONS), 1):
            characters, seen = np.unique(np.add.outer(characters, (-step, 0, step)), return_inverse=True)
            windows.append(seen.reshape(-1, 3))
        # Beyond the edges of a text stand ends of lines.
        read = normalised("".join(text[at] if 0 <= at < len(text) else "\n" for at in characters.tolist()))
        first, *blocks, boundary, last = self._layers

        x = _rectified(
            _convolved(self._embedding[[self._ids.get(char, UNKNOWN) for char in read]], windows.pop(), first)
        )
        for layer in blocks:
            window = windows.pop()
            x = np.minimum(x[window[:, 1]] + _rectified(_convolved(x, window, layer)), TOP * GRID)
        x = _rectified(_convolved(x, windows.pop(), boundary))
        odds: NDArray[np.float32] = np.rint(x @ last[0] + last[1]) / np.float32(GRID)
        return odds


def _convolved(
    x: NDArray[np.float32], windows: NDArray[np.intp], layer: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Return what a layer makes of windows (rows, width) of the rows of `x`."""
    matrix, bias = layer
    y: NDArray[np.float32] = x[windows].reshape(len(windows), -1) @ matrix
    y += bias
    return y


def _rectified(x: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    np.maximum(x, 0, out=x)
    return np.rint(x, out=x)


def _real(integers: NDArray[np.int8], shift: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return the weights that integers stand for: each channel (first axis) is divided by its power of two."""
    scale = 2.0 ** -shift.astype("float32")
    real: NDArray[np.float32] = integers.astype("float32")
    real *= scale.reshape(-1, *[1] * (integers.ndim - 1))
    return real


def available() -> bool:
    """Say whether numpy is installed, without which there is no scorer and gaps are judged by the rules alone."""
    return importlib.util.find_spec("numpy") is not None


@functools.lru_cache(maxsize=1)
def scorer() -> Scorer:
    """Return the scorer with the weights of the package, read when first needed."""
    return Scorer(load(WEIGHTS))


# --- evidence pooled over a document -----------------------------------------------------------------------------

WHOLE = 25.0
"""Candidates without a hole that a document is credited with: a few doubtful places do not make it damaged."""

MOST = 0.5
"""Share of the candidates of a document that may be holes at most: words that look like a unit are everywhere."""

WEIGHT = 0.6
"""How much of the estimate is believed: candidates of one document are no independent witnesses of it."""

NEVER = 0.01
"""Candidates of each sort besides, so that nothing is ever impossible or certain."""

ROUNDS = 20
"""Steps of the estimate; it settles in fewer."""


def pooled(log_odds: Sequence[float], strong: int, whole: float = WHOLE) -> list[float]:
    """Return the probability of each candidate of one document, given all of them and `strong` holes known otherwise.

    How much of a document is damaged decides how much a doubtful place is worth. The share of holes among its
    candidates is estimated by expectation and maximisation (Saerens, Latinne, Decaestecker 2002: "Adjusting the outputs
    of a classifier to new a priori probabilities"), with `whole` candidates for none and `strong` for holes.
    """
    prior = PRIOR
    odds = [math.exp(max(-50.0, min(50.0, value))) for value in log_odds]
    chances: list[float] = []
    for _ in range(ROUNDS):
        against = (PRIOR / (1 - PRIOR) * (1 - prior) / prior) ** WEIGHT
        chances = [in_favour / (in_favour + against) for in_favour in odds]
        prior = min(MOST, (sum(chances) + strong + NEVER) / (len(chances) + strong + whole + 2 * NEVER))
    return [round(chance, 3) for chance in chances]


# --- weights -----------------------------------------------------------------------------------------------------


class Weights(NamedTuple):
    """The characters that are known, the embedding (characters + 1, size), (out, in, width) and bias of each layer."""

    vocabulary: str
    embedding: NDArray[np.float32]
    layers: list[tuple[NDArray[np.float32], NDArray[np.float32]]]


def load(path: Path) -> Weights:
    """Return the weights in a file."""
    import numpy as np

    with np.load(path, allow_pickle=False) as kept:
        vocabulary = kept["vocabulary"].tobytes().decode("utf-8")
        embedding = np.ascontiguousarray(_real(kept["embedding"], kept["embedding_shift"]).T)
        numbers = range(sum(name.startswith("weight") for name in kept.files))
        layers = [(_real(kept[f"weight{i}"], kept[f"shift{i}"]), kept[f"bias{i}"] / np.float32(BIAS)) for i in numbers]
    return Weights(vocabulary, embedding, layers)


def save(
    path: Path,
    vocabulary: str,
    embedding: NDArray[np.float32],
    layers: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]],
) -> None:
    """Write weights: the embedding (characters, size), and (out, in, width) with biases for each layer."""
    import numpy as np

    arrays: dict[str, NDArray[np.generic]] = {"vocabulary": np.frombuffer(vocabulary.encode("utf-8"), dtype=np.uint8)}
    arrays["embedding"], arrays["embedding_shift"] = _integers(embedding.T)
    for i, (weight, bias) in enumerate(layers):
        arrays[f"weight{i}"], arrays[f"shift{i}"] = _integers(weight, bias)
        arrays[f"bias{i}"] = np.rint(bias * BIAS).astype(np.int32)
    _write(path, arrays)


def _write(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    import numpy as np

    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type] # as it is: the wheel is compressed, and a start takes no time


def _integers(
    weight: NDArray[np.float32], bias: NDArray[np.float32] | None = None
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return integers of 8 bits and, for each channel (first axis), by which power of two they are to be divided.

    Those of a layer, which has a bias, are so small that its sums are exact.
    """
    import numpy as np

    flat = weight.reshape(len(weight), -1).astype(np.float64)
    shift = np.floor(np.log2(127 / np.maximum(np.abs(flat).max(axis=1), 1e-6)))
    while True:
        integers = np.rint(flat * 2.0 ** shift[:, None])
        over = np.zeros(len(flat), dtype=bool) if bias is None else largest_sum(integers, bias * 2.0**shift) >= EXACT
        if not over.any():
            return integers.astype(np.int8).reshape(weight.shape), shift.astype(np.int8)
        shift[over] -= 1


def largest_sum(integers: NDArray[np.float64], bias: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each channel (first axis) how far from 0 a sum of weights times what layers hand on can get."""
    import numpy as np

    flat = integers.reshape(len(integers), -1)
    side = np.maximum(np.maximum(flat, 0).sum(axis=1), np.maximum(-flat, 0).sum(axis=1))
    largest: NDArray[np.float64] = side * TOP * GRID + np.abs(bias) * GRID
    return largest
