"""The synthetic demonstration district: a made-up Minhang that behaves like a real one.

Names and codes of the 14 units are real; everything else is invented. It is written as the files
that an office would hand over, so that the demo takes the same path through the program as real
data. `data/demo` holds one copy of them; ``make demo-data`` renews it.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Final

from livelihood_map.core.io import data_path, write_bytes

FILES: Final = (
    "README.md",
    "breakfast.csv",
    "compounds.gpkg",
    "gates.geojson",
    "hosts.csv",
    "housekeeping.xlsx",
    "livelihood.toml",
    "neighbourhood_centres.xlsx",
    "outside.csv",
    "renovations.csv",
    "schedule.csv",
    "streets.osm.pbf",
    "towns.geojson",
    "wet_markets.xlsx",
    "workplaces.csv",
)
"""What a demo folder holds."""

_TEXTS: Final = ("README.md", "livelihood.toml")
log = logging.getLogger(__name__)


def build_demo(folder: Path | str) -> Path:
    """Return the path of the settings file of a demo district, written with all its inputs.

    Parameters
    ----------
    folder
        Folder to write into; made where it is missing. Files of the same names are replaced.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    from demo_district import office
    from demo_district.district import build_district
    from demo_district.outlets import place_outlets
    from demo_district.streetfile import write_streets

    start = time.perf_counter()
    target = Path(folder)
    district = build_district()
    outlets = place_outlets(district)
    office.write_towns(target / "towns.geojson")
    office.write_compounds(district.homes, target / "compounds.gpkg")
    office.write_gates(district.homes, target / "gates.geojson")
    office.write_workplaces(district, target / "workplaces.csv")
    office.write_registers(outlets, target)
    write_streets(district, target / "streets.osm.pbf")
    for name in _TEXTS:
        content = data_path("demo", name).read_bytes()
        write_bytes(content, target / name)
    log.info(
        "demo: %d compounds, %d ways, %.1f s",
        len(district.homes),
        len(district.ways),
        time.perf_counter() - start,
    )
    return target / "livelihood.toml"
