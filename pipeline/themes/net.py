"""A small network over word pieces: three convolutions and a dense layer, in numpy alone.

Weights and activations are whole numbers held in float32, and no sum reaches 2**24: every product is exact, so that
the result of a row does not depend on the machine, the linear-algebra library or the rows beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.themes.pieces import PAD, Pieces
from pipeline.themes.rows import CONTEXT_WIDTH, KINDS, Row, lead, nearest, plain

Floats = NDArray[np.float32]
Places = NDArray[np.int64]
TOP = np.float32(127)
MEAN_GAIN = np.float32(4)
OWN_LIMIT, CONTEXT_LIMIT = 160, 64
FAR = 3
LAYERS = ("own", "context", "next", "far", "dense", "out")
_ROWS = 2048  # read before the dense layer looks at them
_TOKENS = 800  # read at once: their activations stay in the processor's cache
_LIKE = 0.8  # of the longest text's length


@dataclass(frozen=True, slots=True)
class Layer:
    """A map between whole numbers: `clip(rint((x @ weight) * step + bias), 0, 127)`."""

    weight: Floats
    step: Floats
    bias: Floats

    def __call__(self, total: Floats) -> Floats:
        """Return the activations of `total`, the sums before scaling; `total` is used up."""
        total *= self.step
        total += self.bias
        np.rint(total, out=total)
        return np.clip(total, 0, TOP, out=total)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of like length one after the other, each with blanks up to one width, FAR at least.

    Piece numbers, places of blanks, and the sizes of the texts without them.
    """

    flat: Places
    blank: Places
    sizes: Sequence[int]

    def apart(self, x: Floats) -> Floats:
        """Return what is by token, (tokens, width), by text: (texts, tokens, width)."""
        return x.reshape(len(self.sizes), -1, x.shape[1])


@dataclass(frozen=True, slots=True)
class Pooled:
    """What reading rows leaves behind: activations by token, layer by layer, and the features made of them."""

    texts: Texts
    maps: tuple[Floats, ...]
    features: Floats


class Net:
    """One network and its word pieces, made of the arrays that training writes.

    The first layer's products with all pieces are made when loading where it is `ready`; else those of the pieces at
    hand, which takes a tenth longer and a hundred megabytes less.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], pieces: Pieces, ready: bool = True) -> None:
        self._pieces = pieces
        self._layers = {
            name: Layer(*(arrays[f"{name}_{part}"].astype(np.float32) for part in ("weight", "step", "bias")))
            for name in LAYERS
        }
        self._embedding = arrays["embedding"]
        self._tables = {name: self._products(name) for name in ("own", "context") if ready}

    def vectors(self, rows: Sequence[Row]) -> Floats:
        """Return the last layer before the answers, (n, H): rows of like meaning lie near one another."""
        dense = self._layers["dense"]
        out = np.zeros((len(rows), dense.weight.shape[1]), np.float32)
        for at in range(0, len(rows), _ROWS):
            part = rows[at : at + _ROWS]
            features = np.zeros((len(part), len(dense.weight)), np.float32)
            for places, read in self._read(part):
                features[places] = read.features
            out[at : at + _ROWS] = dense(features @ dense.weight)
        return out

    def logits(self, rows: Sequence[Row]) -> Floats:
        """Return the scores of kinds and themes, (n, 4 + T), uncalibrated."""
        last = self._layers["out"]
        scores: Floats = (self.vectors(rows) @ last.weight) * last.step + last.bias
        return scores

    def evidence(self, rows: Sequence[Row], columns: Places) -> list[tuple[int, int]]:
        """Return, for each row and the number of its theme, start and end in `row.text` of the words that spoke for it.

        Each feature's share in the theme's score goes to the token that it came from; the span is the run of tokens
        with the largest sum. One pass for all rows; none depends on the others.
        """
        found = [(0, 0)] * len(rows)
        for at in range(0, len(rows), _ROWS):
            for places, read in self._read(rows[at : at + _ROWS]):
                shares = self._shares(read, columns[at + places])
                for place, own in zip((at + places).tolist(), shares, strict=True):
                    found[place] = self._span(rows[place], own)
        return found

    def _span(self, row: Row, shares: NDArray[np.float64]) -> tuple[int, int]:
        text = plain(row.text)
        spans = self._pieces.spans(text)[:OWN_LIMIT]
        at = row.text.find(text)
        if not spans or at < 0 or not len(shares):
            return 0, len(row.text)
        first, last = best_run(shares[max(0, len(shares) - len(spans)) :])
        first, last = max(0, first - 1), min(len(spans) - 1, last + 1)
        return at + spans[first][0], at + spans[last][1]

    def _shares(self, read: Pooled, themes: Places) -> list[NDArray[np.float64]]:
        """Return each own token's share in its row's theme's score: a linear account at the row's point.

        Slopes are rounded to whole numbers, so that every sum is exact, as everywhere in this module.
        """
        dense = self._layers["dense"]
        slopes = self._slopes(dense(read.features @ dense.weight), themes)
        gains = slopes * read.features
        maps = [read.texts.apart(m) for m in read.maps]
        out = []
        for i, size in enumerate(read.texts.sizes):
            own, at = np.zeros(size), 0
            for tokens in (m[i, :size] for m in maps if size):
                width = tokens.shape[1]
                own += np.bincount(tokens.argmax(axis=0), gains[i, at : at + width], size) * size
                at += width
            if size:
                deepest = maps[-1][i, :size]
                own += deepest.astype(np.float64) @ (slopes[i, at : at + deepest.shape[1]] * float(MEAN_GAIN))
            out.append(own)
        return out

    def _slopes(self, hidden: Floats, themes: Places) -> NDArray[np.float64]:
        """Return how much each row's theme would gain by one more of each feature, in whole steps of its own scale."""
        last, dense = self._layers["out"], self._layers["dense"]
        at = len(KINDS) + themes
        out = last.weight[:, at].T * (hidden > 0) * dense.step
        whole = np.rint(out * (TOP / np.maximum(np.abs(out).max(axis=1, keepdims=True), np.float32(1e-12))))
        return np.asarray(whole @ dense.weight.T, np.float64)

    def _read(self, rows: Sequence[Row]) -> Iterator[tuple[Places, Pooled]]:
        """Yield what reading the rows gives and their places: some rows at a time, those of like length together."""
        sides = self._sides(rows)
        texts = [self._pieces.numbers(lead(row))[-OWN_LIMIT:] for row in rows]
        for places in by_length(texts):
            own = laid_out([texts[place] for place in places])
            first = self._looked_up("own", own)
            second = self._beside("next", first, 1, own)
            third = self._beside("far", second, FAR, own)
            maps = (first, second, third)
            parts = [*(largest(m, own) for m in maps), mean_of(third, own), sides[places]]
            yield np.array(places, np.int64), Pooled(own, maps, np.concatenate(parts, axis=1))

    def _sides(self, rows: Sequence[Row]) -> Floats:
        """Return the features of what stands around each row: of the text before it, then of its heading."""
        befores = [row.before[-CONTEXT_WIDTH:] for row in rows]
        headings = [nearest(row.section) for row in rows]
        number = {text: at for at, text in enumerate(dict.fromkeys((*befores, *headings)))}  # rows share them
        texts = [self._pieces.numbers(text)[-CONTEXT_LIMIT:] for text in number]
        found = np.zeros((len(texts), 2 * len(self._layers["context"].bias)), np.float32)
        for places in by_length(texts):
            around = laid_out([texts[place] for place in places])
            active = self._looked_up("context", around)
            found[places] = np.concatenate([largest(active, around), mean_of(active, around)], axis=1)
        return np.concatenate([found[[number[text] for text in own]] for own in (befores, headings)], axis=1)

    def _looked_up(self, name: str, texts: Texts) -> Floats:
        """Return the activations of the first layer: every piece's products, looked up."""
        flat, tables = texts.flat, self._tables.get(name)
        if tables is None:
            numbers, flat = np.unique(flat, return_inverse=True)
            tables = self._products(name, numbers)
        before, here, after = tables
        total = here.take(flat, axis=0)
        total[1:] += before.take(flat[:-1], axis=0)
        total[:-1] += after.take(flat[1:], axis=0)
        return self._active(name, total, texts)

    def _products(self, name: str, numbers: Places | None = None) -> tuple[Floats, ...]:
        """Return pieces' products with the weights for the token before, the token itself and the one after."""
        embedding = self._embedding if numbers is None else self._embedding[numbers]
        vectors = embedding.astype(np.float32)
        return tuple(vectors @ part for part in np.split(self._layers[name].weight, 3))

    def _beside(self, name: str, x: Floats, step: int, texts: Texts) -> Floats:
        """Return the activations of a layer that reads every token with those `step` before and after it."""
        before, here, after = np.split(self._layers[name].weight, 3)
        total: Floats = x @ here
        total[step:] += x[:-step] @ before
        total[:-step] += x[step:] @ after
        return self._active(name, total, texts)

    def _active(self, name: str, total: Floats, texts: Texts) -> Floats:
        active = self._layers[name](total)
        active[texts.blank] = 0
        return active


def by_length(texts: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield the places of texts that are read at once, the longest first: few, and about as long."""
    order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
    start = 0
    while start < len(order):
        longest = len(texts[order[start]])
        part = order[start : start + max(1, _TOKENS // (longest + FAR))]
        part = [at for at in part if len(texts[at]) + FAR >= _LIKE * longest]
        yield part
        start += len(part)


def laid_out(texts: Sequence[list[int]]) -> Texts:
    """Return the texts one after the other with blanks between them; at least one text."""
    sizes = [len(text) for text in texts]
    width = max(sizes) + FAR
    flat: list[int] = []
    for text in texts:
        flat += text
        flat += [PAD] * (width - len(text))
    numbers = np.array(flat, np.int64)
    return Texts(numbers, np.flatnonzero(numbers == PAD), sizes)


def largest(x: Floats, texts: Texts) -> Floats:
    """Return the largest activations of every text; zeros for an empty one."""
    found: Floats = texts.apart(x).max(axis=1)
    return found


def mean_of(x: Floats, texts: Texts) -> Floats:
    """Return the mean activation of every text, times MEAN_GAIN, as a whole number of 127 at most."""
    out: Floats = texts.apart(x).sum(axis=1)
    out *= (MEAN_GAIN / np.maximum(texts.sizes, 1).astype(np.float32))[:, None]
    np.rint(out, out=out)
    return np.minimum(out, TOP, out=out)


def best_run(shares: NDArray[np.float64]) -> tuple[int, int]:
    """Return first and last place of the run with the largest sum of what exceeds the mean."""
    above = shares * len(shares) - shares.sum()
    best, run, first = (float("-inf"), 0, 0), 0.0, 0
    for i, share in enumerate(above.tolist()):
        if run <= 0:
            run, first = 0.0, i
        run += share
        if run > best[0]:
            best = (run, first, i)
    return best[1], best[2]
