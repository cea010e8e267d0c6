"""The engine's answers to the edits that a page makes, all tables in one process."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point

from livelihood_map.core.settings import SitingSettings
from livelihood_map.core.tables import EDITS, FACILITIES
from livelihood_map.coverage import measure_reach
from livelihood_map.coverage.walker_walks import fit_walker
from livelihood_map.network import (
    WalkOptions,
    apply_edits,
    build_network,
    join_demand,
    join_facilities,
    join_points,
    measure_walks,
)
from livelihood_map.siting import choose_sites


class EngineSession:
    """Tables of a run with edits made to them; each edit measures all anew.

    Every table is replaced, never changed, so that a state is a dictionary of tables.
    """

    def __init__(self, told, *, standard, cutoff_m: float, walker: str = "standard") -> None:
        self.told, self.standard, self.cutoff_m = told, standard, cutoff_m
        self.walker = standard.walker(walker)
        sites = told.sites
        outlets = told.outlets.sort_values("facility_id", kind="stable")
        outlets = outlets[["facility_id", "kind", "geometry"]].reset_index(drop=True)
        self.sites_from = len(outlets)
        if sites is not None:
            planned = sites.sort_values("rank", kind="stable")
            named = [f"~site{rank:05d}" for rank in planned["rank"]]
            rows = {"facility_id": named, "kind": told.site_kind}
            planned = gpd.GeoDataFrame(rows, geometry=planned.geometry.to_numpy(), crs=outlets.crs)
            outlets = pd.concat([outlets, planned], ignore_index=True)
        gates = told.gates.sort_values("gate_id", kind="stable", ignore_index=True)
        network = told.network
        self.demand = told.demand.sort_values("demand_id", kind="stable", ignore_index=True)
        self.first = {
            "nodes": network.nodes, "edges": network.edges, "network": network, "gates": gates,
            "outlets": outlets.assign(is_open=[k < self.sites_from for k in range(len(outlets))]),
            "joins": None, "places": None,
        }  # fmt: skip
        self.states = [self.first]
        self.at = 0

    @property
    def now(self) -> dict:
        """Return the tables of the moment."""
        return self.states[self.at]

    def options(self, gates) -> WalkOptions:
        """Return how places are joined with other gates."""
        return replace(self.told.options, gates=gates)

    def keep(self, **changed) -> None:
        """Keep a state."""
        fresh = {"joins": None, "places": None} if {"network", "gates"} & set(changed) else {}
        if "outlets" in changed:
            fresh["places"] = None
        self.states = [*self.states[: self.at + 1], {**self.now, **fresh, **changed}]
        self.at += 1

    def undo(self) -> None:
        """Go back to the state before."""
        self.at = max(0, self.at - 1)

    def redo(self) -> None:
        """Go on to the state that was left by going back."""
        self.at = min(len(self.states) - 1, self.at + 1)

    def reason(self, x: float, y: float) -> str:
        """Return why an outlet at a place would have no way to a street; empty where it has."""
        point = FACILITIES.empty(self.demand.crs)
        point = gpd.GeoDataFrame({"facility_id": ["new"]}, geometry=[Point(x, y)], crs=point.crs)
        joins = join_facilities(
            self.now["network"], point, self.options(self.now["gates"]), id_column="facility_id"
        )
        reasons = joins["reason"].dropna()
        return "" if reasons.empty else reasons.iloc[0]

    def add_outlet(self, kind: str, x: float, y: float) -> str:
        """Open an outlet, or return why not."""
        reason = self.reason(x, y)
        if reason:
            return reason
        outlets = self.now["outlets"]
        row = {"facility_id": [f"~~{len(outlets):05d}"], "kind": [kind], "is_open": [True]}
        added = gpd.GeoDataFrame(row, geometry=[Point(x, y)], crs=outlets.crs)
        self.keep(outlets=pd.concat([outlets, added], ignore_index=True))
        return ""

    def move_outlet(self, number: int, x: float, y: float) -> str:
        """Move an outlet, or return why not."""
        reason = self.reason(x, y)
        if reason:
            return reason
        outlets = self.now["outlets"].copy()
        shapes = outlets.geometry.to_numpy().copy()
        shapes[number] = Point(x, y)
        self.keep(outlets=outlets.set_geometry(gpd.GeoSeries(shapes, crs=outlets.crs)))
        return ""

    def close_outlet(self, number: int) -> None:
        """Close an outlet."""
        outlets = self.now["outlets"].copy()
        outlets.loc[number, "is_open"] = False
        self.keep(outlets=outlets)

    def set_gate(self, number: int, *, is_open: bool) -> None:
        """Open or shut a gate."""
        gates = self.now["gates"].copy()
        gates.loc[number, "is_open"] = is_open
        self.keep(gates=gates)

    def edit(self, action: str, shape, residence_id: str | None = None) -> None:
        """Make an edit of streets or gates as the engine makes it from a file."""
        row = {"edit_id": [f"e{self.at}"], "action": [action], "residence_id": [residence_id]}
        edits = EDITS.conform(
            gpd.GeoDataFrame(row, geometry=[shape], crs=self.demand.crs).astype(
                {"residence_id": "str"}
            )
        )
        now = self.now
        given = (now["nodes"], now["edges"], now["gates"], None)  # edits name their compound
        nodes, edges, gates = apply_edits(*given, edits)
        if action == "path":
            self.keep(nodes=nodes, edges=edges, network=build_network(nodes, edges))
        else:
            self.keep(gates=gates)

    def add_gate(self, home: str, x: float, y: float) -> str:
        """Open a gate of a compound at a place, or return why it would lead nowhere."""
        gates = self.now["gates"]
        near = gates[gates["residence_id"] == home].distance(Point(x, y)).min() <= 20
        if not near:
            row = {"gate_id": ["new"], "residence_id": [home]}
            point = gpd.GeoDataFrame(row, geometry=[Point(x, y)], crs=gates.crs)
            barriers = self.told.options.barriers
            is_own = (barriers["kind"] == "wall") & (barriers["barrier_id"] == home)
            own = np.flatnonzero(is_own) if is_own.any() else np.array([-1])
            joins = join_points(
                self.now["network"], point, id_column="gate_id",
                limit_m=self.told.options.limit_m, barriers=barriers, through=own,
            )  # fmt: skip
            if joins["reason"].notna().any():
                return joins["reason"].iloc[0]
        self.edit("open_gate", Point(x, y), home)
        return ""

    def add_path(self, line) -> None:
        """Add a path."""
        self.edit("path", LineString(line))

    def best_one_more(self, kind: str, *, seed: int = 0):
        """Return the candidate of the engine's plan of one site, and people gained by level."""
        siting, (mm, _) = self.told.siting, self.walks(kind)
        now, walk_m = self.now, np.where(mm < 0, np.nan, mm / 1000)
        places = join_facilities(
            now["network"], siting.candidates, self.options(now["gates"]), id_column="candidate_id"
        )
        farthest = max(siting.levels_m)
        found = measure_walks(now["network"], now["joins"], places, cutoff_m=farthest)
        coverage = pd.DataFrame({"demand_id": self.demand["demand_id"], "walk_m": walk_m}).assign(
            kind=kind, walker=self.walker.id
        )
        settings = SitingSettings(
            kind=kind, sites_n=1, weights=siting.weights,
            tiers_m=list(siting.levels_m) if len(siting.levels_m) > 1 else [],
            premises_tolerance_share=siting.tolerance_share,
        )  # fmt: skip
        plan = choose_sites(
            siting.candidates, self.demand, found, coverage, settings=settings,
            threshold_m=siting.levels_m[-1], seed=seed, walker=self.walker.id,
        )  # fmt: skip
        chosen = plan.sites["candidate_id"].tolist()
        return (chosen[0] if chosen else None), plan.levels["objective"].tolist()

    def walks(self, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """Return each demand point's walk in whole millimetres, -1 for none, and the outlet."""
        now, told = self.now, self.told
        options = self.options(now["gates"])
        if now["joins"] is None:
            now["joins"] = join_demand(
                now["network"], self.demand, now["gates"], limit_m=options.limit_m,
                start=told.start, at=options.at, barriers=options.barriers,
            )  # fmt: skip
        if now["places"] is None:
            now["places"] = join_facilities(
                now["network"], now["outlets"], options, id_column="facility_id"
            )
        outlets = now["outlets"]
        ids = set(outlets.loc[outlets["is_open"] & (outlets["kind"] == kind), "facility_id"])
        reach = measure_reach(self.standard.kind(kind), self.walker)
        farthest = max(self.cutoff_m, reach.threshold_m, *reach.limits_m)
        found = fit_walker(now["network"], now["joins"], now["places"], self.walker, options)
        nearest = found.nearest(ids, cutoff_m=farthest).set_index("origin_id")
        nearest = nearest.reindex(self.demand["demand_id"])
        mm = np.rint(nearest["walk_m"].fillna(-0.001).to_numpy() * 1000).astype(np.int64)
        number = pd.Index(outlets["facility_id"]).get_indexer(pd.Index(nearest["dest_id"]))
        return mm, number
