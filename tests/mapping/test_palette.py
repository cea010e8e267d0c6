"""Colours of the classes: apart for readers of any colour vision, and in grey."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from livelihood_map.mapping.palette import LAND, PAPER, UNKNOWN, coverage_bands

VISIONS = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""What linear RGB becomes to an eye that lacks a kind of cone: Machado, Oliveira & Fernandes 2009,
doi:10.1109/TVCG.2009.113, severity 1."""
_TO_XYZ = [
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339, 0.1191920, 0.9503041],
]
_LEGENDS = [
    ([300, 500, 1000], 300),
    ([300, 500, 1000], 500),
    ([300, 500, 1000], 1000),
    ([500, 1000], 500),
    ([1000], 1000),
]
"""Tiers of the standard, and the longest walk that counts as served."""


def _lab(colours: list[str], vision: str = "usual") -> np.ndarray:
    """Return colours in CIELAB as an eye sees them, shape (n, 3)."""
    coded = np.array([[int(one[i : i + 2], 16) / 255 for i in (1, 3, 5)] for one in colours])
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(VISIONS[vision]), 0, 1)
    xyz = seen @ np.transpose(_TO_XYZ) / np.sum(_TO_XYZ, axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = f.T
    return np.column_stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _distances(colours: list[str], vision: str) -> list[float]:
    lab = _lab(colours, vision)
    return [float(np.linalg.norm(lab[a] - lab[b])) for a, b in combinations(range(len(lab)), 2)]


@pytest.mark.parametrize(("tiers", "aim"), _LEGENDS)
@pytest.mark.parametrize("vision", VISIONS)
def test_classes_stand_apart_for_every_eye(vision, tiers, aim):
    """Any two classes differ by 8 in CIELAB, more than three times what is just noticed."""
    colours = [band.colour for band in coverage_bands(tiers, aim)]
    assert min(_distances(colours, vision)) >= 8


@pytest.mark.parametrize(("tiers", "aim"), _LEGENDS)
def test_in_grey_who_is_served_is_light_and_who_is_not_is_dark(tiers, aim):
    """Between the two lie 10 of 100 steps of lightness, between any two classes 7."""
    bands = coverage_bands(tiers, aim)
    lightness = _lab([band.colour for band in bands])[:, 0]
    assert np.diff(np.sort(lightness)).min() >= 7
    lacking = np.array([band.is_lacking for band in bands])
    assert lightness[~lacking].min() - lightness[lacking].max() >= 10


@pytest.mark.parametrize("vision", VISIONS)
def test_people_who_are_not_served_stand_out_from_the_ground(vision):
    """Their classes differ from every land use and from paper far more than served ones do."""
    ground = [PAPER, *LAND.values()]
    for band in coverage_bands([300, 500, 1000], 500):
        lab = _lab([band.colour, *ground], vision)
        nearest = np.linalg.norm(lab[1:] - lab[0], axis=1).min()
        if band.colour != UNKNOWN:
            assert nearest >= (40 if band.is_lacking else 4), band.name
