"""Change thirty settings and files of the light office in turn, really run, and compare.

What a run keeps must be what a run from nothing makes: after each change the run over the good one
equals a run in an empty folder, to the byte, and has computed no stage that was said to be kept.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))


from kills import LIGHT, in_child, run_quietly, tree, without_previous
from small_office import write_office

from livelihood_map.core.settings import load_settings
from livelihood_map.pipeline.running import look_at, places_of
from livelihood_map.pipeline.stages import STAGES

SETTINGS = (
    ("run", "seed = 7"),
    ("run", 'data_date = "2023-05-01"'),
    ("run", "is_synthetic = true"),
    ("area", 'review_number = "沪S(2023)001号"'),
    ("network", "join_limit_m = 150.0"),
    ("network", 'start = "dwelling"'),
    ("network", "are_gates_inferred = false"),
    ("network", "margin_m = 500.0"),
    ("network", "detour_factor = 1.4"),
    ("coverage", "cutoff_m = 2000.0"),
    ("coverage", "nearest_n = 2"),
    ("coverage", 'walkers = ["elderly"]'),
    ("coverage", 'at = "06:30"'),
    ("coverage", "area_strip_m = 30.0"),
    ("coverage", "area_simplify_m = 2.0"),
    ("gaps", "zone_population = 900.0"),
    ("gaps", "is_zoned_on_foot = false"),
    ("candidates", "street_spacing_m = 100.0"),
    ("candidates", "outlet_clear_m = 60.0"),
    ("siting", "threshold_m = 800.0"),
    ("siting", 'method = "greedy"'),
    ("siting", "curve_n = 5"),
    ("mapping", "simplify_m = 2.0"),
    ("mapping", "is_compressed = false"),
    ("report", 'formats = ["csv"]'),
)


def set_value(path: Path, section: str, line: str) -> None:
    """Put a line into a section of a settings file, in the place of one with the same key."""
    key = line.partition(" = ")[0]
    lines = [one for one in path.read_text("utf-8").splitlines() if not one.startswith(f"{key} =")]
    heading = f"[{section}]"
    if heading in lines:
        lines.insert(lines.index(heading) + 1, line)
    else:
        lines += [heading, line]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def cut_last_row(path: Path) -> None:
    """Take the last row out of a text file."""
    content = path.read_bytes().rstrip().rpartition(b"\n")[0]
    path.write_bytes(content + b"\n")


CHANGES = [
    *((f"{s}.{line}", lambda folder, s=s, line=line: set_value(folder / "livelihood.toml", s, line))
      for s, line in SETTINGS),
    ("breakfast.csv", lambda folder: cut_last_row(folder / "breakfast.csv")),
    ("hosts.csv", lambda folder: cut_last_row(folder / "hosts.csv")),
    ("streets.osm", lambda folder: _replace(folder / "streets.osm", "3号路", "三号路")),
    ("compounds.geojson", lambda folder: _replace(folder / "compounds.geojson", "新村2-2", "二村")),
    ("towns.geojson", lambda folder: _replace(folder / "towns.geojson", "东镇", "东街镇")),
]  # fmt: skip


def _replace(path: Path, before: str, after: str) -> None:
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")


def decided(folder: Path) -> set[str]:
    """Return the stages that a run would compute."""
    settings = load_settings(folder / "livelihood.toml")
    job = look_at(settings, places_of(settings))
    return {step.name for step in job.look(STAGES.values()) if step.reasons}


def main() -> int:
    """Play, print a line each, and return 1 when a decision was wrong."""
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        good = Path(temporary) / "good"
        path = write_office(good)
        path.write_text(path.read_text("utf-8") + LIGHT, "utf-8")
        in_child(lambda: run_quietly(good))
        changes = random.Random(1).sample(CHANGES, len(CHANGES))
        for name, change in changes:
            over, fresh = Path(temporary) / "over", Path(temporary) / "fresh"
            shutil.copytree(good, over)
            change(over)
            shutil.copytree(over, fresh, ignore=shutil.ignore_patterns("out", "maps"))
            computed = decided(over)
            codes = [in_child(lambda f=folder: run_quietly(f)) for folder in (over, fresh)]
            same = without_previous(tree(over)) == without_previous(tree(fresh))
            if codes != [0, 0] or not same:
                wrong += 1
            kept = [stage for stage in STAGES if stage not in computed]
            print(f"{name}: kept {' '.join(kept) or '-'}; exit {codes}, equal {same}", flush=True)
            for folder in (over, fresh):
                shutil.rmtree(folder)
    print(f"{len(CHANGES)} changes run, wrong {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
