"""What figures the tables of a run give, and what must be said beside each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.people import everyone
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import name_kind, tell_metres
from livelihood_map.mapping import list_members
from livelihood_map.report.content import TABLE_ROWS

if TYPE_CHECKING:
    from told_figures import Passage

PEOPLE_COLUMNS = re.compile(
    r"population|workers|passengers|elderly_n|people|objective|bound|price|gain"
)
_NO_MORE = {"zh": "(?![和、](?:早高峰|车站))", "en": "(?!,? (?:and )?(?:morning workers|station))"}
"""What must not follow where residents alone are meant."""
GROUPS = ("zone_id", "town_id", "kind", "walker", "reason", "phase", "source", "status",
          "place_kind", "is_inferred", "excluded_by")  # fmt: skip
VERDICT_ZONES, VERDICT_SITES = 5, 8
"""Rows of its tables that a one-page verdict shows."""
ANYWHERE = "*"
"""Area of what is true of the plan or the standard, whatever file it stands in."""


@dataclass(frozen=True)
class Fact:
    """A share that the tables give."""

    value: float
    words: tuple[tuple[str, ...], ...]
    """What the passage must name: one pattern of each of these."""
    area: str = DISTRICT_ID


class Tables:
    """The tables of a run, and what figures they give."""

    def __init__(self, work, lang: str) -> None:
        """Read the tables of a finished run."""
        self.lang = lang
        self.standard, self.settings, self.kinds = work.standard, work.settings, work.kinds
        self.tables = {name: work[name] for name in _STORED if work.get(name) is not None}
        if "gaps" in self.tables:
            whose = pd.DataFrame(self.tables["demand"])[["demand_id", "place_kind", "town_id"]]
            self.tables["gaps"] = self.tables["gaps"].merge(whose, on="demand_id")
        self.causes = _causes(work)
        self.town_names = dict(
            zip(self.tables["towns"]["town_id"], self.tables["towns"]["town_name"], strict=True)
        )
        self.of_classes: set[int] = set()
        self.shares = [*self._coverage_shares(), *self._other_shares()]
        self.people = self._people() | self.of_classes
        self.reasons, self.names = self._quoted()
        self.metres = self._metres() | self._nearby()
        self.straight = self._straight()
        self.counts = self._counts()

    def explain(self, number: str, unit: str, near: str, passage: Passage) -> str | None:
        """Return why a figure cannot stand as it does; None when it can."""
        digits = len(number.partition(".")[2])
        if unit == "%":
            return self._explain_share(float(number), digits, passage)
        if unit == "people":
            known = int(float(number)) in self.people
            return None if known else "no such number of people in any table"
        if unit == "n":
            return self._explain_count(float(number), near, passage)
        if re.search("直线|straight", near):
            known = float(number) in self.straight
        else:
            known = float(number) in self.metres
        return None if known else "no such length in any table or setting"

    def _areas(self, passage: Passage) -> set[str]:
        """Return the towns that a passage names, else what its file is about."""
        named = {key for key, name in self.town_names.items() if name in passage.words}
        district = {label("core.district"), label("coverage.district"), self.settings.area.name,
                    "the district"}  # fmt: skip
        if any(word in passage.words for word in district):
            named.add(DISTRICT_ID)
        return {*(named or {passage.area or DISTRICT_ID}), ANYWHERE}

    def _explain_share(self, number: float, digits: int, passage: Passage) -> str | None:
        areas, words = self._areas(passage), passage.words
        equal = [
            fact
            for fact in self.shares
            if fact.area in areas and abs(fact.value * 100 - number) <= 0.5 * 10**-digits + 1e-9
        ]
        if not equal:
            return f"no share of {sorted(areas)} is this"
        for fact in equal:
            if not _missing(fact, words):
                return None
        least = min((_missing(fact, words) for fact in equal), key=len)
        return f"the passage does not say {' + '.join(part[0] for part in least)}"

    def _metre_words(self, metres: float) -> tuple[str, ...]:
        ends = (" 米", "米", "（米）") if self.lang == "zh" else (" m",)
        return tuple(
            rf"(?<![\d,.]){told}{end}" for told in (f"{metres:g}", f"{metres:,.0f}") for end in ends
        )

    def _people_words(self, demand: str) -> tuple[str, ...]:
        told = re.escape(label(f"core.people_{demand}"))
        return (f"(?i){told}{_NO_MORE[self.lang]}",) if demand == "residents" else (f"(?i){told}",)

    def _coverage_shares(self):
        """Yield the shares of people, compounds and land within every distance told."""
        towns = [*self.town_names, DISTRICT_ID]
        for name in ("coverage", "coverage_after"):
            if name not in self.tables:
                continue
            rows = self.tables[name].merge(
                pd.DataFrame(self.tables["demand"].drop(columns="geometry")), on="demand_id"
            )
            for (kind, walker), own in rows.groupby(["kind", "walker"]):
                yield from self._within(own, kind, walker, towns)
        for name in ("residence_coverage", "residence_coverage_after"):
            if name in self.tables:
                yield from self._of_compounds(self.tables[name], towns)
        first = self.settings.coverage.walkers[0]
        told = self.tables["town_coverage"]
        for row in told[told["walker"] == first].to_dict("records"):
            if pd.notna(row["dwelling_covered_share"]):
                kind = self.standard.kind(row["kind"])
                words = (self._metre_words(kind.threshold_m), self._people_words(kind.demand),
                         self._kind_words(kind), self._dwelling_words())  # fmt: skip
                yield Fact(row["dwelling_covered_share"], words, row["town_id"])

    def _kind_words(self, row):
        return tuple(f"(?i){re.escape(name)}" for name in (name_kind(row), row.name()))

    def _dwelling_words(self):
        return ("住处",) if self.lang == "zh" else ("dwelling", "home")

    def _within(self, rows, kind, walker, towns):
        row = self.standard.kind(kind)
        steps = {*row.tiers_m, row.threshold_m, row.aim_m, self.settings.coverage.cutoff_m}
        if "town_walks" in self.tables:
            steps |= set(self.tables["town_walks"]["within_m"].unique())
        crowds = {row.demand: rows[list(row.crowds)].sum(axis=1), "residents": rows["population"]}
        walk_m = rows["walk_m"].to_numpy(np.float64)
        whole = self.standard.walker(walker).mode == "distance"
        for (demand, people), town in product(crowds.items(), towns):
            here = np.ones(len(rows), bool) if town == DISTRICT_ID else (rows["town_id"] == town)
            total = people[here].sum()
            if not total:
                continue
            for step in steps:
                reach = step
                if not whole:
                    minutes = dict(zip(row.tiers_m, row.tiers_min, strict=True)).get(step)
                    if minutes is None:
                        continue
                    reach = minutes * self.standard.walker(walker).speed_m_per_min
                share = people[here & (walk_m <= reach)].sum() / total
                near = self._metre_words(step)
                if not whole:
                    near = (f"{minutes:g} (?:分钟|min)", *near)
                words = (near, self._people_words(demand), self._kind_words(row))
                if walker != self.settings.coverage.walkers[0]:
                    words = (*words, (name_of("core.walker", walker),))
                yield Fact(share, words, town)
                yield Fact(1 - share, words, town)
            if walker == self.settings.coverage.walkers[0] and demand == row.demand:
                for low, high, part in _classes(walk_m, people, here, row, total):
                    told = self._metre_words(high if np.isfinite(high) else low)
                    start = (f"(?<!\\d){tell_metres(low)}",) if low else (".",)
                    words = (told, start, self._people_words(demand), self._kind_words(row))
                    yield Fact(part / total, words, town)
                    self.of_classes.add(int(f"{part:.0f}"))

    def _of_compounds(self, table, towns):
        homes = pd.DataFrame(self.tables["residences"].drop(columns="geometry"))
        homes["area_m2"] = homes["area_m2"].fillna(self.tables["residences"].geometry.area)
        rows = table.merge(homes, on="residence_id")
        for (kind, _), own in rows.groupby(["kind", "walker"]):
            row = self.standard.kind(kind)
            for town in towns:
                here = own if town == DISTRICT_ID else own[own["town_id"] == town]
                if here.empty:
                    continue
                minutes = dict(zip(row.tiers_m, row.tiers_min, strict=True)).get(row.threshold_m)
                near = (f"{minutes} (?:分钟|min)", *self._metre_words(row.threshold_m))
                words = (near, self._kind_words(row))
                homes_word = ("小区",) if self.lang == "zh" else ("compounds",)
                land_word = ("居住用地",) if self.lang == "zh" else ("residential land",)
                yield Fact(here["is_covered"].mean(), (*words, homes_word), town)
                land = here["area_m2"]
                yield Fact(land[here["is_covered"]].sum() / land.sum(), (*words, land_word), town)

    def _other_shares(self):
        target = ("目标|明文规定",) if self.lang == "zh" else ("(?i)target",)
        for kind in self.kinds:
            row = self.standard.kind(kind)
            if row.target_share is not None:
                yield Fact(row.target_share, (target, self._kind_words(row)), ANYWHERE)
        for rule in self.standard.rules:
            if rule.unit == "share":
                yield Fact(rule.value, (("(?i)目标|target",), ("2025|2035",)), ANYWHERE)
        tolerance = getattr(self.settings.siting, "premises_tolerance_share", 0.0)
        yield Fact(tolerance, (("现有场所|[Pp]remises",),), ANYWHERE)
        yield Fact(self._largest_part(), (("相连|connection",),), ANYWHERE)
        residents = self._people_words("residents")
        homes = ("小区",) if self.lang == "zh" else ("compounds",)
        limits = {self.standard.kind(kind).threshold_m for kind in self.kinds}
        metres = tuple(map(self._metre_words, limits))
        for row in self.tables["town_circle"].to_dict("records"):
            yield Fact(row["population_share"], (residents, *metres), row["town_id"])
            yield Fact(row["residences_share"], (homes, *metres), row["town_id"])
        for row in self.tables["plan"].to_dict("records") if "plan" in self.tables else ():
            proof = ("最优", "上限") if self.lang == "zh" else ("best", "below")
            for name in ("gap_share", "streets_gap_share"):
                if pd.notna(row[name]):
                    yield Fact(row[name], (proof,), ANYWHERE)
        yield from self._site_shares(residents)
        yield from self._losses()
        yield from self._chains()

    def _losses(self):
        """Yield what share of its people each outlet loses to the sites, and the limit told."""
        words = (("最近|nearest",),)
        yield Fact(self.settings.report.loss_share, words, ANYWHERE)
        if "coverage_after" not in self.tables:
            return
        kind, walker = self.settings.siting.kind, self.settings.coverage.walkers[0]
        crowds = pd.DataFrame(self.tables["demand"].drop(columns="geometry"))
        crowds = crowds.set_index("demand_id")[["population", "workers", "passengers"]]
        counted = 3 if self.standard.kind(kind).demand != "residents" else 1
        people = crowds.iloc[:, :counted].sum(axis=1)
        was, now = (
            one[(one["kind"] == kind) & (one["walker"] == walker)].set_index("demand_id")
            for one in (self.tables["coverage"], self.tables["coverage_after"])
        )
        for outlet, own in was.groupby("facility_id"):
            here = people[own.index]
            gone = now.loc[own.index, "facility_id"] != outlet
            if here.sum():
                yield Fact(here[gone.to_numpy()].sum() / here.sum(), words, ANYWHERE)

    def _chains(self):
        """Yield what share of the operating outlets of a town and kind belong to a chain."""
        own = self.tables["facilities"]
        own = own[(own["status"] == "operating") & own["is_inside"]]
        for by in (["kind"], ["kind", "town_id"]):
            for key, part in own.groupby(by):
                area = key[1] if len(by) == 2 else DISTRICT_ID
                chains = part["subtype"].isin(["chain", "cvs"]).sum()
                for size in {len(part), part["subtype"].notna().sum()} - {0}:
                    yield Fact(chains / size, (("连锁|[Cc]hain",),), area)

    def _largest_part(self) -> float:
        """Return the share of the streets' length that hangs together."""
        edges = self.tables["edges"]
        names = pd.unique(np.concatenate([edges["u"], edges["v"]]))
        place = {name: number for number, name in enumerate(names)}
        ends = edges["u"].map(place), edges["v"].map(place)
        links = coo_matrix((np.ones(len(edges)), ends), shape=(len(names), len(names)))
        self.parts_n, part = connected_components(links, directed=False)
        lengths = edges["length_m"].groupby(part[ends[0]]).sum()
        return float(lengths.max() / lengths.sum())

    def _site_shares(self, residents):
        if "sites" not in self.tables or "plan" not in self.tables:
            return
        reach = self.tables["plan"]["threshold_m"].iloc[0]
        for row in self.tables["sites"].to_dict("records"):
            for name in ("gained_share", "cumulative_share"):
                for area in (row["town_id"], DISTRICT_ID):
                    yield Fact(row[name], (self._metre_words(reach), residents), area)

    def _people(self) -> set[int]:
        """Return every number of people that a table holds or adds up to."""
        values: set[float] = {0.0, *(rule.per_people or 0 for rule in self.standard.rules)}
        for table in self.tables.values():
            values |= _sums_of(table)
        for name in ("plan", "levels"):
            values |= self._prices(name)
        for name in ("residence_coverage", "residence_coverage_after"):
            values |= self._uncovered(name)
        values |= set(self.causes["people"])
        return {int(f"{value:.0f}") for value in values if np.isfinite(value)}

    def _uncovered(self, name: str) -> set[float]:
        """Return the residents of compounds not covered or beyond the target, by kind and town."""
        if name not in self.tables:
            return set()
        homes = pd.DataFrame(self.tables["residences"][["residence_id", "town_id", "population"]])
        rows = self.tables[name].merge(homes)
        aims = rows["kind"].map({kind: self.standard.kind(kind).aim_m for kind in self.kinds})
        sums = [
            lost.groupby(by)["population"].sum()
            for lost in (rows[~rows["is_covered"]], rows[~(rows["walk_m"] <= aims)])
            for by in (["kind"], ["kind", "town_id"])
        ]
        return {value for one in sums for value in one}

    def _prices(self, name: str) -> set[float]:
        """Return what plans and levels reach, and by how much one figure differs from another."""
        if name not in self.tables:
            return set()
        figures = self.tables[name].select_dtypes("number")
        no_people = re.compile(r"_share|_n$|_m$|seed|level$")
        left_out = [column for column in figures if no_people.search(column)]
        told = figures.drop(columns=left_out).to_numpy(np.float64).ravel()
        told = np.abs(told[np.isfinite(told)])  # what another plan has less is told with a minus
        return {*told, *np.abs(told[:, None] - told[None, :]).ravel()}

    def _metres(self) -> set[float]:
        """Return every length that a table, the standard or a setting holds, whole metres."""
        values: set[float] = {25.0}
        for table in self.tables.values():
            for name in table.columns:
                if re.search(r"_m(_|$)", name) and pd.api.types.is_numeric_dtype(table[name]):
                    values |= set(table[name].dropna().astype(float))
        for kind in self.standard.kinds:
            own = (*kind.tiers_m, kind.threshold_m, kind.aim_m, *kind.alternatives_m)
            values |= set(own)
            for name in ("coverage", "coverage_after"):
                if name in self.tables:
                    rows = self.tables[name]
                    walks = rows.loc[rows["kind"] == kind.id, "walk_m"].dropna()
                    for limit in (kind.threshold_m, kind.aim_m):
                        values |= set((walks - limit).astype(float))
        values |= {float(one) for one in _numbers_of(self.settings)}
        return {round(value) for value in values}

    def _quoted(self) -> tuple[set[str], re.Pattern[str]]:
        """Return the reasons of the sites, and the names of places that hold a figure."""
        reasons, names = {"-"}, {"-"}
        for name in ("candidates", "sites", "facilities", "residences", "zones"):
            if name in self.tables:
                names |= {one for one in self.tables[name]["name"] if re.search(r"\d", one)}
        if "sites" in self.tables:
            reasons |= set(self.tables["sites"][f"reason_{self.lang}"])
        return reasons, re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))

    def _nearby(self) -> set[int]:
        """Return how far sites lie from the nearest house number and crossing, tens of metres."""
        if "sites" not in self.tables or not len(self.tables["sites"]):
            return set()
        edges = self.tables["edges"]
        named = edges[edges["name"].fillna("") != ""]
        ends = pd.DataFrame({
            "place": [shapely.get_point(one, end) for end in (0, -1) for one in named.geometry],
            "name": [*named["name"], *named["name"]],
        })  # fmt: skip
        names_n = ends.groupby(shapely.to_wkb(ends["place"]))["name"].nunique()
        crossings = gpd.GeoSeries(shapely.from_wkb(names_n.index[names_n > 1]), crs=edges.crs)
        outlets = self.tables["facilities"]
        houses = outlets[outlets["address"].fillna("").str.contains(r"\d")].geometry
        away = [
            self.tables["sites"].geometry.map(
                lambda site, places=places: places.distance(site).min()
            )
            for places in (crossings, houses)
            if len(places)
        ]
        return {int(round(one, -1)) for column in away for one in column.dropna()}

    def _straight(self) -> set[int]:
        """Return the straight lines from compounds to sites, whole metres, give or take one."""
        if "sites" not in self.tables:
            return set()
        boxes = self.tables["residences"].geometry.to_crs(4326).bounds
        sites = self.tables["sites"].geometry.to_crs(4326)
        lat, lon = (boxes["miny"] + boxes["maxy"]) / 2, (boxes["minx"] + boxes["maxx"]) / 2
        a, b = (np.radians(one.to_numpy())[:, None] for one in (lat, lon))
        c, d = (np.radians(one.to_numpy())[None, :] for one in (sites.y, sites.x))
        half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
        far = 2 * 6_371_000 * np.arcsin(np.sqrt(half))
        return {int(one) + step for one in far.round().ravel() for step in (-1, 0, 1)}

    def _counts(self) -> list[Fact]:
        """Return how many there are of each thing, in all, by kind and by town."""
        homes = pd.DataFrame(self.tables["residences"][["residence_id", "town_id"]])
        facts = [Fact(len(self.kinds), (("类|kinds?",),), ANYWHERE)]
        facts += [Fact(number, (("类|kinds?",),), ANYWHERE) for number in range(len(self.kinds))]
        facts.append(Fact(self.settings.coverage.nearest_n, (("最近|nearest",),), ANYWHERE))
        facts.append(Fact(self.parts_n, (("互不相连|without connection",),), ANYWHERE))
        facts.append(Fact(TABLE_ROWS, (("次序在前",),), ANYWHERE))
        facts += [*self._counts_by_word(), *self._left_out()]
        for names, words in _COUNTED.items():
            for name in (name for name in names.split() if name in self.tables):
                table = pd.DataFrame(self.tables[name])
                if "residence_id" in table and "town_id" not in table:
                    table = table.merge(homes, on="residence_id", how="left")
                facts += self._sizes(table, words)
        return facts

    def _left_out(self):
        """Yield how many rows the tables of a verdict leave to the lists."""
        zones, sites = self.tables.get("zones"), self.tables.get("sites")
        for table, shown in ((zones, VERDICT_ZONES), (sites, VERDICT_SITES)):
            if table is None:
                continue
            kinds = table.get("kind", self.settings.siting.kind)
            rows = pd.DataFrame({"town_id": table["town_id"], "kind": kinds})
            whole = rows.assign(town_id=DISTRICT_ID)
            for (kind, area), part in pd.concat([rows, whole]).groupby(["kind", "town_id"]):
                words = ("另有|more in",), self._kind_words(self.standard.kind(kind))
                yield Fact(len(part) - shown, words, area)

    def _counts_by_word(self):
        """Yield outlets by kind, places by cause, and compounds whose gates are inferred."""
        for kind, size in self.tables["facilities"]["kind"].value_counts().items():
            yield Fact(size, ((re.escape(name_of("core.kind", kind)),),))
        outlets = self.tables["facilities"]
        for kind in self.kinds:
            delivers = outlets["subtype"].isin(self.standard.walkless_subtypes(kind))
            is_open = (outlets["kind"] == kind) & (outlets["status"] == "operating")
            yield Fact(int((delivers & is_open).sum()), (("外送|deliver",),))
        for row in self.causes.to_dict("records"):
            yield Fact(row["places"], ((re.escape(row["told"][-4:]),),), ANYWHERE)
        homes = pd.DataFrame(self.tables["residences"][["residence_id", "town_id"]])
        far = self.tables["residence_coverage"].merge(homes)
        far = far[~far["is_covered"] & far["walk_m"].notna()]
        for by in (["kind"], ["kind", "town_id"]):
            for key, part in far.groupby(by):
                kind = self._kind_words(self.standard.kind(key[0]))
                area = key[1] if len(by) == 2 else DISTRICT_ID
                yield Fact(len(part), (("小区|compounds?",), kind), area)
        if "gates" in self.tables:
            gates = self.tables["gates"]
            homes = gates.loc[gates["is_inferred"], "residence_id"].nunique()
            yield Fact(homes, (("小区|compounds?",),))

    def _sizes(self, table: pd.DataFrame, words: str):
        """Yield the rows of a table and of its groups, and what its columns of counts hold."""
        counts = [
            name
            for name in table.columns
            if name.endswith("_n") and pd.api.types.is_numeric_dtype(table[name])
        ]
        groups = [name for name in (*GROUPS, "is_covered") if name in table.columns]
        for by in (by for count in range(4) for by in combinations(groups, count)):
            parts = table.groupby(list(by)) if by else [((), table)]
            for key, part in parts:
                own = dict(zip(by, key, strict=True))
                kind = (
                    (self._kind_words(self.standard.kind(own["kind"])),)
                    if (own.get("kind") in self.kinds)
                    else ()
                )
                whole = ANYWHERE if "zone_id" in own else DISTRICT_ID  # a zone crosses borders
                area = own.get("town_id", whole)
                for value in {0, len(part), *(int(part[name].sum()) for name in counts)}:
                    yield Fact(value, ((words,), *kind), area)
        for name in counts:
            for row in table.to_dict("records"):
                yield Fact(row[name], ((words,),), row.get("town_id", DISTRICT_ID))

    def _explain_count(self, number: float, near: str, passage: Passage) -> str | None:
        """Return why a count cannot stand; the thing must be named `near` it."""
        areas = self._areas(passage)
        for fact in self.counts:
            noun, *more = fact.words
            is_it = fact.value == number and fact.area in areas and re.search(noun[0], near)
            if is_it and all(any(re.search(one, passage.words) for one in part) for part in more):
                return None
        return "no table counts so many of these"


_COUNTED = {
    "sites zones residences": r"^[\d,]+ 个 ·|\d+ listed",
    "gaps": "小区|compounds?|就业场所|workplaces|过远|阻隔|places",
    "residences residence_coverage residence_coverage_after gaps town_circle zones gates": "小区"
    "|compounds?",
    "demand joins unreached gaps zones": "需求点|demand points?|workplaces",
    "candidates": "候选点|candidates?",
    "unreached": "可接入的道路|no street near",
    "sites plan curve": "点位|新增|建议|方案|sites?|位置",
    "facilities facility_supply town_coverage town_coverage_after coverage": "网点|设施|登记"
    "|食堂|店|超市|市场|outlets?|facilities",
    "gates": "出入口|推断|gates?",
    "towns": "街镇|towns?",
    "rejects oddities intake": "行|条|rows?",
}
"""Tables whose rows, and whose columns of counts, are the things of these words."""


def _causes(work) -> pd.DataFrame:
    """Return how many places and people of each gap zone have each cause, in words."""
    if work.get("zones") is None:
        return pd.DataFrame({"places": [], "people": [], "told": []})
    own = work.settings.gaps.threshold_m
    members = list_members(
        *(work[name] for name in ("gaps", "demand", "joins", "facilities", "barriers")),
        thresholds_m={kind: own or work.standard.kind(kind).aim_m for kind in work.kinds},
        detour_factor=work.standard.straight_line.detour_factor,
    )
    members = members.assign(people=everyone(members))
    causes = members.groupby(["zone_id", "cause"])["people"].agg(["size", "sum"]).reset_index()
    told = [label(f"mapping.cause_{cause}") for cause in causes["cause"]]
    return pd.DataFrame({"places": causes["size"], "people": causes["sum"], "told": told})


def _sums_of(table: pd.DataFrame) -> set[float]:
    """Return the numbers of people of a table: each, together, and summed by what groups it."""
    columns = [
        name
        for name in table.columns
        if PEOPLE_COLUMNS.search(name)
        and not name.endswith("_share")
        and pd.api.types.is_numeric_dtype(table[name])
    ]
    if not columns:
        return set()
    groups = [name for name in GROUPS if name in table.columns]
    frame = pd.DataFrame(table[[*columns, *groups]])
    frame["all"] = frame[columns].sum(axis=1)
    for pair in ("covered_population", "covered_population_after"):
        if pair in columns and "population" in columns:
            frame[f"un{pair}"] = frame["population"] - frame[pair]
    figures = frame[[name for name in frame.columns if name not in groups]]
    values = set(figures.to_numpy(np.float64).ravel()) | set(figures.sum())
    for by in (by for count in (1, 2, 3) for by in combinations(groups, count)):
        sums = frame.groupby(list(by), dropna=False)[list(figures.columns)].sum()
        values |= set(sums.to_numpy(np.float64).ravel())
    return values


_STORED = (
    "towns", "residences", "demand", "joins", "coverage", "residence_coverage", "town_coverage",
    "town_coverage_after", "coverage_after", "residence_coverage_after", "residence_tiers",
    "residence_nearest", "residence_circle", "town_circle", "town_walks", "town_supply",
    "facility_supply", "town_equity", "rejects", "oddities", "zones", "gaps", "sites", "plan",
    "levels",
    "curve", "unreached", "candidates", "facilities", "gates", "edges", "intake",
    "service_areas",
)  # fmt: skip


def _classes(walk_m, people, here, row, total):
    """Yield the bounds of each class of a legend, and the people in it."""
    limits = [0.0, *sorted({*row.tiers_m, row.threshold_m, row.aim_m}), np.inf]
    for low, high in pairwise(limits):
        inside = here & (walk_m <= high) & ((walk_m > low) | (low == 0))
        yield low, high, people[inside].sum()


def _missing(fact: Fact, words: str) -> list[tuple[str, ...]]:
    """Return what a fact needs said and the words do not say."""
    return [part for part in fact.words if not any(re.search(one, words) for one in part)]


def _numbers_of(settings) -> list[float]:
    """Return every number of the settings."""
    found = []
    for value in vars(settings).values():
        if isinstance(value, bool | str) or value is None:
            continue
        if isinstance(value, int | float):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += [one for one in value if isinstance(one, int | float)]
        elif hasattr(value, "__dict__"):
            found += _numbers_of(value)
    return found
