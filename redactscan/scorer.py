"""The second witness of a gap: how likely it is that a number or a name is missing at a boundary, by the text around.

A small convolutional net reads the characters on both sides; `model/train.py` makes its weights, and docs/gaps.md says
from what and how good it is. The weights are integers of 8 bits over powers of two, and every number on the way is a
multiple of a power of two and small enough that no sum is ever rounded: so the result is the same on every machine, in
whatever order its library adds.
"""

from __future__ import annotations

import functools
import importlib.util
import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

from redactscan.rule import Missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

# ruff: noqa: PLC0415 - numpy takes longer to import than a small file to scan, and whole documents do not need it.

DILATIONS = (1, 2, 4, 1, 2, 4)
"""How far apart the characters are that each convolution after the first looks at."""

REACH = 2 + sum(DILATIONS)
"""Characters on either side of a boundary that have a say."""

UNKNOWN = 0
"""The id of a character that was too rare to be learnt."""

GRID = 256.0
"""What every layer hands on is a multiple of 1/GRID."""

PRIOR = 0.25
"""Share of the candidates that were holes in the text that the net was trained on."""

WEIGHTS = Path(__file__).with_name("scorer.npz")

_BLOCK = 20_000
"""Characters that are read at once: memory for some MB."""

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
        self._embedding = weights.embedding
        # (out, in, width) becomes (width * in, out), by which a window of `width` characters is multiplied.
        self._layers = [
            (np.ascontiguousarray(weight.transpose(2, 1, 0).reshape(-1, len(weight))), bias)
            for weight, bias in weights.layers
        ]

    def log_odds(self, text: str, places: Sequence[int]) -> list[dict[Missing, float]]:
        """Return for each boundary of `places`, which are in order, the log odds that a number or a name is missing.

        A boundary is the offset of the character after it, in code points. The odds are those of the text that the
        net was trained on, where PRIOR of such places were holes.
        """
        kinds = get_args(Missing)
        out: list[dict[Missing, float]] = []
        for group in _groups(places):
            low, high = group[0] - REACH, group[-1] + REACH
            edges = "\n" * max(0, -low), "\n" * max(0, high - len(text))
            scores = self._read(edges[0] + text[max(0, low) : high] + edges[1])
            out += [dict(zip(kinds, scores[place - group[0]].tolist(), strict=False)) for place in group]
        return out

    def _read(self, text: str) -> NDArray[np.float64]:
        """Return (len(text) - 2 * REACH + 1, 3) log odds, for all boundaries with REACH characters on both sides."""
        import numpy as np

        x = self._embedding[[self._ids.get(char, UNKNOWN) for char in normalised(text)]]
        x = _rectified(_convolved(x, *self._layers[0], (0, 1, 2)))
        for (matrix, bias), step in zip(self._layers[1:-2], DILATIONS, strict=True):
            x = x[step:-step] + _rectified(_convolved(x, matrix, bias, (0, step, 2 * step)))
        x = _rectified(_convolved(x, *self._layers[-2], (0, 1)))
        return np.rint(_convolved(x, *self._layers[-1], (0,)) * GRID) / GRID


def _groups(places: Sequence[int]) -> Iterable[list[int]]:
    """Yield runs of places that are read together, since what they look at overlaps; none is longer than a block."""
    group: list[int] = []
    for place in places:
        if group and (place - group[-1] > REACH or place - group[0] > _BLOCK):
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _real(integers: NDArray[np.int8], shift: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the weights that integers stand for: each channel (first axis) is divided by its power of two."""
    scale: NDArray[np.float64] = 2.0 ** shift.astype("float64")
    return integers / scale.reshape(-1, *[1] * (integers.ndim - 1))


def _convolved(
    x: NDArray[np.float64], matrix: NDArray[np.float64], bias: NDArray[np.float64], offsets: Sequence[int]
) -> NDArray[np.float64]:
    import numpy as np

    rows = len(x) - offsets[-1]
    return np.concatenate([x[at : at + rows] for at in offsets], axis=1) @ matrix + bias


def _rectified(x: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.rint(np.maximum(x, 0) * GRID) / GRID


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
    chances: list[float] = []
    for _ in range(ROUNDS):
        shift = _logit(prior) - _logit(PRIOR)
        chances = [_sigmoid(odds + shift) for odds in log_odds]
        prior = min(MOST, (sum(chances) + strong + NEVER) / (len(chances) + strong + whole + 2 * NEVER))
    return [round(chance, 3) for chance in chances]


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, x))))


# --- weights -----------------------------------------------------------------------------------------------------


class Weights(NamedTuple):
    """The characters that are known, the embedding (characters + 1, size), (out, in, width) and bias of each layer."""

    vocabulary: str
    embedding: NDArray[np.float64]
    layers: list[tuple[NDArray[np.float64], NDArray[np.float64]]]


def load(path: Path) -> Weights:
    """Return the weights in a file."""
    import numpy as np

    with np.load(path, allow_pickle=False) as kept:
        vocabulary = kept["vocabulary"].tobytes().decode("utf-8")
        embedding = np.ascontiguousarray(_real(kept["embedding"], kept["embedding_shift"]).T)
        numbers = range(len(DILATIONS) + 3)
        layers = [(_real(kept[f"weight{i}"], kept[f"shift{i}"]), kept[f"bias{i}"] / GRID) for i in numbers]
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
        arrays[f"weight{i}"], arrays[f"shift{i}"] = _integers(weight)
        arrays[f"bias{i}"] = np.rint(bias * GRID).astype(np.int32)
    _write(path, arrays)


def _write(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    import numpy as np

    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def _integers(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return integers of 8 bits and, for each channel (first axis), by which power of two they are to be divided."""
    import numpy as np

    most = np.abs(weight).reshape(len(weight), -1).max(axis=1)
    shift = np.floor(np.log2(127 / np.maximum(most, 1e-6)))
    integers = np.rint(weight * (2.0**shift).reshape(-1, *[1] * (weight.ndim - 1)))
    return integers.astype(np.int8), shift.astype(np.int8)
