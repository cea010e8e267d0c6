"""Candidates on every street: what they are worth, and what they take.

Each place is put through the same steps as a run: streets, compounds, outlets, uncovered people,
candidates, plan. The value of the plan stands beside that with candidates near gap zones alone (as
before), and beside the optimum over every public street junction, which a script without the
package finds (`tests/support/junction_oracle.py`: scipy's walks, HiGHS). Where a city has no
compounds or outlets these are made up: points beside local streets, people drawn at random. Then
the growth of time and memory on ever larger streets, each size in a program of its own. Run:
``make bench-candidates``; without the folder of real data only the demo is measured. Writes its
section of docs/benchmarks.md. ``--only PLACE``, ``--no-growth`` and ``--only-growth`` take some;
``--notes FILE`` keeps each place and size, ``--read FILE`` writes the section from such notes.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from section import keep_note, read_notes, write_section

ROOT = Path(__file__).resolve().parents[2]
CITIES = ROOT.parent / "shared" / "data" / "cities"
sys.path.insert(0, str(ROOT / "tests" / "support"))

from junction_oracle import best_cover, junctions, reached_pairs  # noqa: E402

from livelihood_map import network as walking  # noqa: E402
from livelihood_map import pipeline  # noqa: E402
from livelihood_map.candidates import Asking, list_asked, propose_candidates  # noqa: E402
from livelihood_map.core import tables  # noqa: E402
from livelihood_map.core.crs import metric_crs  # noqa: E402
from livelihood_map.core.settings import (  # noqa: E402
    FRONTAGE,
    CandidateSettings,
    GapSettings,
    SitingSettings,
    StreetSource,
    load_settings,
)
from livelihood_map.core.standards import load_standard  # noqa: E402
from livelihood_map.coverage import measure_coverage  # noqa: E402
from livelihood_map.gaps import find_gaps, find_zones  # noqa: E402
from livelihood_map.load.osm.streets import load_streets  # noqa: E402
from livelihood_map.pipeline.candidate_places import asking_of, find_candidates  # noqa: E402
from livelihood_map.pipeline.site_selection import prepare  # noqa: E402
from livelihood_map.siting import choose_sites  # noqa: E402

WITHIN_M = 500.0
LEVELS_M = [1000.0, WITHIN_M]
SEED = 20230215
MADE_UP = {
    "Porto Alegre": ("poa_r5r.osm.pbf", (-51.235, -30.060, -51.175, -30.010), 40),
    "Xi'an": ("xian_roads.geojson", (108.90, 34.21, 109.00, 34.30), 40),
    "central Shanghai": ("shanghai_center.osm", (121.42, 31.185, 121.545, 31.272), 40),
}
SIZES = (16_000, 64_000, 256_000)
HEAD = """## Candidates on every street

Run: `make bench-candidates`. People newly reached within 500 m on foot by the same number of sites:
with candidates near gap zones alone (as before), at the best public street junctions of the area
(a script of its own: scipy's walks, HiGHS's optimum), and with the candidates of every street
(dominating places, Church & Meadows 1979); then how far the plan lies below the bound for any place
on the streets. Seconds are processor seconds of proposing the candidates and of the plan.
""".splitlines()
COLUMNS = (
    *("place", "street nodes", "uncovered points", "sites", "before", "junctions"),
    *("every street", "below the bound", "candidates before", "candidates"),
    *("s: candidates", "s: plan"),
)
LEVELS_HEAD = """
The mission's question: as few people as possible beyond 1,000 m, then as many as possible within
500 m. At the second walk the junctions are held to what they reach at the first; *held alike* is
what the candidates of every street reach then, *every street* the plan before premises that exist
are put first, *given up* what it costs to put these first within 1 %, *premises* their number
before and after. Seconds are processor seconds of candidates and plan.
""".rstrip().splitlines()
LEVELS_COLUMNS = (
    *("place", "within", "before", "junctions", "held alike", "every street", "below the bound"),
    *("status", "given up", "premises", "s"),
)
GROWN = (
    *("street nodes", "points that ask", "dominating places", "processor s", "s"),
    "MB beside the tables",
)


def _head(columns):
    """Return the head of a table."""
    return [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]


def tell(*words):
    """Print a line at once."""
    print(*words, flush=True)


class Case:
    """One place: its tables, and the questions with and without the streets' places."""

    def __init__(self, name, sites_n, streets, joins, people, asked, ask):
        self.name, self.sites_n, self.joins = name, sites_n, joins
        self.ask, self._people, self._asked = ask, people, asked
        self.edges, self.places = streets
        self._pairs = {}

    def people(self, within_m):
        """Return the people who ask within a walk."""
        own = self._asked.loc[self._asked["within_m"] == within_m, "point_id"]
        return self._people[self._people.index.isin(own)]

    def pairs(self, within_m):
        """Return whom each junction reaches within a walk."""
        if within_m not in self._pairs:
            own = self.joins[self.joins["point_id"].isin(self.people(within_m).index)]
            self._pairs[within_m] = reached_pairs(self.edges, own, self.places, within_m)
        return self._pairs[within_m]


def _in_area(nodes, edges, area):
    """Return the streets, which go on beyond the area, and the junctions within it."""
    inside = nodes.loc[nodes.intersects(area), "node_id"].to_numpy(dtype=str)
    return edges, np.intersect1d(junctions(edges, FRONTAGE), inside)


def of_run(name, settings):
    """Return the case of a settings file, run up to the gaps; streets count every kind alike."""
    work = pipeline.run(settings, last="gaps")
    settings = work.settings

    def ask(is_every_street, *, levels_m=(), tolerance=0.0, held=()):
        siting = replace(
            settings.siting,
            is_firm_first=False,
            tiers_m=list(levels_m),
            premises_tolerance_share=tolerance,
        )
        own = work.trial(replace(settings, siting=siting))
        begun = time.process_time()
        candidates = find_candidates(own) if is_every_street else _before(own)
        seconds = time.process_time() - begun
        begun = time.process_time()
        asked = replace(prepare(own.trial(candidates=candidates)), held=tuple(held))
        return candidates, asked.choose(), (seconds, time.process_time() - begun)

    asked = asking_of(work).asked
    demand = work["demand"]
    crowds = list(work.standard.kind(settings.siting.kind).crowds)
    people = demand.set_index("demand_id")[crowds].sum(axis=1)
    streets = _in_area(work["nodes"], work["edges"], work["towns"].union_all())
    return Case(name, settings.siting.sites_n, streets, work["joins"], people, asked, ask)


def _before(work):
    """Return the candidates as they were: hosts, and streets near gap zones alone."""
    return propose_candidates(
        *(work[name] for name in ("facilities", "gaps", "zones", "demand", "edges", "towns")),
        kind=work.settings.siting.kind,
        threshold_m=WITHIN_M,
        settings=work.settings.candidates,
    )


def made_up(name):
    """Return the case of a city without compounds: 1,500 of them beside local streets."""
    file, corners, sites_n = MADE_UP[name]
    crs = metric_crs("auto", centre_lon=(corners[0] + corners[2]) / 2)
    area = gpd.GeoSeries([shapely.box(*corners)], crs=4326).to_crs(crs).iloc[0]
    streets = load_streets(StreetSource(path=file), area=area, margin_m=600, crs=crs, base=CITIES)
    nodes, edges = streets.nodes, streets.edges
    demand, outlets, towns = _people(edges, area, crs)
    network = walking.build_network(nodes, edges)
    joins = walking.join_demand(network, demand, tables.GATES.empty(crs), limit_m=200)
    coverage = measure_coverage(
        network, joins, outlets, standard=load_standard("cn-15min"), kinds=["breakfast"],
        walkers=["standard"], cutoff_m=3000, limit_m=200,
    )  # fmt: skip
    gaps = find_gaps(coverage, demand, joins, kind="breakfast", threshold_m=WITHIN_M)
    gaps, zones = find_zones(
        gaps, demand, tables.RESIDENCES.empty(crs), towns, settings=GapSettings()
    )
    own = {"kind": "breakfast", "walker": "standard"}
    asked = list_asked(demand, coverage, **own, within_m=LEVELS_M)

    def ask(is_every_street, *, levels_m=(), tolerance=0.0, held=()):
        within = asked[asked["within_m"].isin(levels_m or [WITHIN_M])]
        asking = Asking(network=network, joins=joins, asked=within)
        settings = SitingSettings(
            sites_n=sites_n, tiers_m=list(levels_m), premises_tolerance_share=tolerance
        )
        begun = time.process_time()
        candidates = propose_candidates(
            outlets, gaps, zones, demand, edges, towns, kind="breakfast", threshold_m=WITHIN_M,
            settings=CandidateSettings(), asking=asking if is_every_street else None,
        )  # fmt: skip
        seconds = time.process_time() - begun
        begun = time.process_time()
        usable = candidates[~candidates["is_rejected"]]
        places = walking.join_points(network, usable, id_column="candidate_id", limit_m=200)
        plan = choose_sites(
            candidates, demand, walking.measure_walks(network, joins, places, cutoff_m=LEVELS_M[0]),
            coverage, settings=settings, threshold_m=WITHIN_M, seed=SEED,
            gaps=gaps, towns=towns, held=held,
        )  # fmt: skip
        return candidates, plan, (seconds, time.process_time() - begun)

    people = demand.set_index("demand_id")["population"]
    return Case(name, sites_n, _in_area(nodes, edges, area), joins, people, asked, ask)


def _people(edges, area, crs, *, homes_n=1500, outlets_n=60):
    """Return made-up demand, outlets and the one town of an area."""
    generator = np.random.default_rng(SEED)
    local = edges[edges["highway"].isin(FRONTAGE) & edges.within(area)].sort_values(
        ["u", "v", "key"]
    )
    share = local["length_m"].to_numpy() / local["length_m"].sum()

    def beside(count, away_m):
        line = local.geometry.to_numpy()[generator.choice(len(local), count, p=share)]
        on = shapely.line_interpolate_point(line, generator.random(count), normalized=True)
        turn = generator.uniform(0, 2 * np.pi, count)
        away = generator.uniform(0, away_m, count)
        return gpd.points_from_xy(
            shapely.get_x(on) + away * np.cos(turn),
            shapely.get_y(on) + away * np.sin(turn),
            crs=crs,
        )

    names = [f"d{k:04d}" for k in range(homes_n)]
    demand = gpd.GeoDataFrame(
        {
            "demand_id": names, "residence_id": None, "town_id": "t", "name": names,
            "place_kind": "home", "workers": 0.0, "passengers": 0.0,
            "population": np.round(generator.lognormal(6.0, 0.8, homes_n)),
        },
        geometry=beside(homes_n, 60.0),
    )  # fmt: skip
    outlets = gpd.GeoDataFrame(
        {
            "facility_id": [f"f{k}" for k in range(outlets_n)], "kind": "breakfast",
            "name": "made up", "status": "operating", "is_demonstration": False,
            "is_smart": False, "is_inside": True, "source": "made up",
        },
        geometry=beside(outlets_n, 10.0),
    )  # fmt: skip
    towns = gpd.GeoDataFrame(
        {"town_id": ["t"], "town_name": ["t"], "aliases": [""]},
        geometry=[shapely.MultiPolygon([area])], crs=crs,
    )  # fmt: skip
    return (
        tables.DEMAND.conform(demand),
        tables.FACILITIES.conform(outlets),
        tables.TOWNS.conform(towns),
    )


def measure(case):
    """Return a row of the table, and check what the table promises."""
    before, old, _ = case.ask(False)
    every, plan, seconds = case.ask(True)
    best = _told(*best_cover(case.pairs(WITHIN_M), case.people(WITHIN_M), case.sites_n))
    gap = (plan.bound - plan.objective) / plan.objective
    nodes_n = len(np.unique(case.edges[["u", "v"]].to_numpy(dtype=str)))
    row = (
        f"| {case.name} | {nodes_n:,} | {len(case.people(WITHIN_M)):,} | {case.sites_n} "
        f"| {old.objective:,.0f} | {best} | {plan.objective:,.0f} | {gap:.3%} "
        f"| {_usable_n(before):,} | {_usable_n(every):,} "
        f"| {seconds[0]:.1f} | {seconds[1]:.1f} |"
    )
    tell(row, f"(old status {old.status}, new {plan.status})")
    return row


def measure_levels(case):
    """Return a row for each level of the mission's question."""
    _, old, _ = case.ask(False, levels_m=LEVELS_M)
    _, plan, seconds = case.ask(True, levels_m=LEVELS_M)
    _, delivered, _ = case.ask(True, levels_m=LEVELS_M, tolerance=0.01)
    first, last = [(case.pairs(metres), case.people(metres)) for metres in LEVELS_M]
    at_first, most = best_cover(*first, case.sites_n)
    told = [_told(at_first, most)]
    told.append(_told(*best_cover(*last, case.sites_n, held=(*first, at_first))))
    # the same people within the first walk, so that the second can be compared
    _, like, _ = case.ask(True, levels_m=LEVELS_M, held=(at_first, 0.0))
    rows = []
    for level, metres in enumerate(LEVELS_M):
        best, bound, status = plan.levels.loc[level, ["best", "bound", "status"]]
        given_up = 1.0 - delivered.levels["objective"][level] / max(best, 1.0)
        rows.append(
            f"| {case.name} | {metres:g} m | {old.levels['best'][level]:,.0f} | {told[level]} "
            f"| {like.levels['best'][level]:,.0f} | {best:,.0f} | {bound / max(best, 1.0) - 1:.3%} "
            f"| {status} | {given_up:.2%} | {_premises(delivered)} | {sum(seconds):.1f} |"
        )
        tell(rows[-1])
    return rows


def _told(value, most):
    """Return a value with what it may be at most, where it is not proved."""
    return f"{value:,.0f}" + ("" if most - value < 0.5 else f" (at most {most:,.0f})")


def _premises(plan):
    """Return how many sites are in premises that exist, before and after they are put first."""
    found = plan.premises
    return "none there" if found is None else f"{found.before_n} → {found.sites_n}"


def _usable_n(candidates):
    """Return how many candidates can be chosen."""
    return int((~candidates["is_rejected"]).sum())


def grown(nodes_n):
    """Return seconds and memory of the dominating places on a made-up city of a size."""
    from walk_oracle import edges_table, nodes_table

    side = round(nodes_n**0.5)
    generator = np.random.default_rng(SEED)
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2) * 110.0
    xy = xy + generator.normal(0, 12, xy.shape) + np.array([350_000.0, 3_440_000.0])
    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    lines = shapely.linestrings(xy[pairs])
    names = np.array([f"n{k:07d}" for k in range(len(xy))])
    table = pd.DataFrame(
        {"u": names[pairs[:, 0]], "v": names[pairs[:, 1]], "key": 0, "highway": "residential",
         "length_m": shapely.length(lines), "geometry": lines}
    )  # fmt: skip
    crs = "EPSG:32651"
    network = walking.build_network(
        nodes_table(dict(zip(names, shapely.points(xy), strict=True)), crs), edges_table(table, crs)
    )
    homes = gpd.GeoDataFrame(
        {"point_id": [f"h{k:06d}" for k in range(len(xy) // 18)]},
        geometry=gpd.points_from_xy(*generator.uniform(xy.min(0), xy.max(0), (len(xy) // 18, 2)).T),
        crs=crs,
    )
    joins = walking.join_points(network, homes, id_column="point_id", limit_m=200.0)
    whole = network.edges[["u", "v", "key"]].assign(
        from_m=0.0, to_m=network.edges["length_m"], group=""
    )
    asked = pd.DataFrame({"point_id": homes["point_id"], "within_m": WITHIN_M})
    few = asked.iloc[:10]
    walking.find_dominating(network, joins, few, whole)  # compiled
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun, clock = time.process_time(), time.perf_counter()
    places = walking.find_dominating(network, joins, asked, whole)
    return {
        "nodes_n": len(xy), "asked_n": len(asked), "places_n": len(places),
        "cpu_s": time.process_time() - begun, "s": time.perf_counter() - clock,
        "base_mb": base, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def _in_its_own_program(*words):
    """Return what this script says when called with some words, with the memory of that alone."""
    said = subprocess.run(
        [sys.executable, __file__, *words], check=True, stdout=subprocess.PIPE, text=True
    )
    tell(said.stdout)
    return json.loads(said.stdout.splitlines()[-1])


def growth_lines(rows):
    """Return the lines on growth."""
    first, last = rows[0], rows[-1]
    exponent = np.log(last["cpu_s"] / first["cpu_s"]) / np.log(last["nodes_n"] / first["nodes_n"])
    lines = [
        "",
        "A made-up city of 110 m blocks, one point that asks for every 18 street nodes, all of",
        "them uncovered, 500 m:",
        "",
    ]
    lines += _head(GROWN)
    lines += [
        f"| {one['nodes_n']:,} | {one['asked_n']:,} | {one['places_n']:,} | {one['cpu_s']:.1f} "
        f"| {one['s']:.1f} | {one['mb'] - one['base_mb']:,.0f} |"
        for one in rows
    ]
    return [*lines, "", f"Time grows with the nodes to the power {exponent:.2f}."]


def write_candidates(told):
    """Write the section from what came of the places and sizes."""
    places, grew = told["place"], told["grown"]
    lines = [*HEAD, "", *_head((*COLUMNS, "MB in all"))]
    lines += [f"{one['row']} {one['mb']:,.0f} |" for one in places.values()]
    lines += [*LEVELS_HEAD, "", *_head(LEVELS_COLUMNS)]
    lines += [row for one in places.values() for row in one["levels"]]
    write_section("candidates", [*lines, *growth_lines([*grew.values()])])


def cases():
    """Return a function for each place that is there."""
    folder = TemporaryDirectory()
    found = {"demo": lambda: of_run("demo", _demo(Path(folder.name)))}
    if CITIES.is_dir():
        found["Las Palmas"] = lambda: of_run("Las Palmas", _las_palmas(Path(folder.name)))
        found |= {name: (lambda name=name: made_up(name)) for name in MADE_UP}
    return found


def _demo(folder):
    """Return the settings of a copy of the demo."""
    return load_settings(pipeline.write_example(folder / "demo", is_demo=True))


def _las_palmas(folder):
    """Return the settings of Las Palmas with outputs of their own."""
    settings = load_settings(ROOT / "tests" / "real" / "las_palmas.toml")
    run = replace(settings.run, output=str(folder / "lp"), maps=str(folder / "lp_maps"))
    return replace(settings, run=run)


def main():
    """Measure what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--grown", type=int)
    parser.add_argument("--place")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--no-growth", action="store_true")
    parser.add_argument("--only-growth", action="store_true")
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--read", type=Path)
    asked = parser.parse_args()
    if asked.read:
        write_candidates(read_notes(asked.read))
        return
    if asked.grown:
        print(json.dumps(grown(asked.grown)))
        return
    if asked.place:
        case = cases()[asked.place]()
        told = {"row": measure(case), "levels": measure_levels(case)}
        told["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(told))
        return
    names = [name for name in cases() if name in (asked.only or cases())]
    sizes = [] if asked.no_growth else [str(size) for size in SIZES]
    told = {"place": {}, "grown": {}}
    for part, wanted in (("place", [] if asked.only_growth else names), ("grown", sizes)):
        for name in wanted:
            told[part][name] = _in_its_own_program(f"--{part}", name)
            keep_note(asked.notes, part, name, told[part][name])
    if not (asked.only or asked.no_growth or asked.only_growth):
        write_candidates(told)


if __name__ == "__main__":
    main()
