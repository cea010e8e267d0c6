"""The page's encoded lines, read back independently of its script."""

from __future__ import annotations

import numpy as np


def decode_line(text: str) -> np.ndarray:
    """Return longitudes and latitudes of an encoded line, by the published algorithm."""
    numbers, at = [], 0
    while at < len(text):
        value = shift = 0
        while True:
            byte = ord(text[at]) - 63
            at += 1
            value |= (byte & 31) << shift
            shift += 5
            if byte < 32:
                break
        numbers.append(~(value >> 1) if value & 1 else value >> 1)
    return np.cumsum(np.array(numbers).reshape(-1, 2), axis=0)[:, ::-1] / 1e5
