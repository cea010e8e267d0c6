"""Every sentence of every reason of the demonstration district, recomputed from the tables."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from livelihood_map.pipeline.site_selection import prepare

CROWDS = {"居民": "population", "早高峰就业": "workers", "车站客流": "passengers"}
APART_M = 50.0
NUMBER = r"([\d,.]+)"
PLACE = rf"(.+)（候选点(.+?)，直线距离{NUMBER}米）"
SENTENCES = {
    "new": rf"步行{NUMBER}米内新增服务(.+)",
    "none": rf"步行{NUMBER}米内没有新增服务的人",
    "zone": r"所服务的缺口片区为(.+)",
    "places": rf"涉及(.+?)(?:等{NUMBER}处)?",
    "nearest": rf"距最近的现有网点“(.+)”步行{NUMBER}米",
    "no_outlet": r"周边未发现现有网点",
    "second": rf"作为第二网点：步行{NUMBER}米内约{NUMBER}人多一处选择",
    "lost": rf"若取消此点位，(.+)步行{NUMBER}米内将没有网点",
    "equal": rf"{PLACE}效果相同，可作备选",
    "runner_up": rf"次优点位为{PLACE}，(.+)",
    "better": rf"若改选{PLACE}，(.+)",
    "premises": r"因规则“人数差距在允许范围以内时，优先使用现有场所”而选在此处",
}
DIFFERENCE = rf"步行{NUMBER}米内(少|多)服务约{NUMBER}人（居民、早高峰就业、车站客流合计）"


def number(text):
    """Return a number that is written with commas."""
    return float(text.replace(",", ""))


class Recount:
    """The demo's plan by position: who lives where, who walks how far to which candidate."""

    def __init__(self, work):
        """Take the tables of a run."""
        asked = prepare(work)
        self.sites = work["sites"].sort_values("rank", ignore_index=True)
        self.demand = asked.demand.sort_values("demand_id", ignore_index=True)
        self.candidates = asked.candidates
        self.zones = work["zones"].set_index("zone_id")["name"]
        self.zone_of = self.demand["demand_id"].map(
            work["gaps"].query("kind == 'breakfast'").set_index("demand_id")["zone_id"]
        )
        self.existing, self.outlets = asked.existing_walks, asked.facilities
        own = asked.coverage.query("kind == 'breakfast' and walker == @asked.walker")
        self.old = self.demand["demand_id"].map(own.set_index("demand_id")["walk_m"])
        self.people = self.demand[list(CROWDS.values())].sum(axis=1).to_numpy()
        self.ids = pd.Index(self.candidates["candidate_id"])
        rows = pd.Index(self.demand["demand_id"]).get_indexer(pd.Index(asked.walks["origin_id"]))
        columns = self.ids.get_indexer(pd.Index(asked.walks["dest_id"]))
        self.walks = pd.DataFrame(
            {"row": rows, "column": columns, "walk_m": asked.walks["walk_m"].round(3).to_numpy()}
        )
        levels = work["levels"][work["levels"]["method"] == work["plan"]["method"].iloc[0]]
        self.levels = levels.sort_values("level")["threshold_m"].tolist()
        share = work["plan"].set_index("method").loc["optimal", "tolerance_share"]
        levels = levels.sort_values("level")
        self.room = (levels["objective"] - (1.0 - share) * levels["best"]).to_numpy()
        self.chosen = self.ids.get_indexer(pd.Index(self.sites["candidate_id"]))

    def near(self, reach_m):
        """Return who has which candidate within a walk and no old outlet, 0-1."""
        within = self.walks[self.walks["walk_m"] <= reach_m]
        is_open = ~(self.old.to_numpy() <= reach_m)
        within = within[is_open[within["row"].to_numpy()]]
        shape = (len(self.demand), len(self.ids))
        ones = np.ones(len(within))
        return sparse.csc_array((ones, (within["row"], within["column"])), shape=shape)

    def counted(self, is_meant):
        """Return the people of demand points by the word of their crowd, those that are some."""
        sums = {word: self.demand.loc[is_meant, name].sum() for word, name in CROWDS.items()}
        return {word: f"{count:,.0f}" for word, count in sums.items() if count >= 0.5}

    def new(self, rank, reach_m):
        """Return who newly has an outlet when a site opens in its rank."""
        near = self.near(reach_m)
        before = near[:, self.chosen[: rank - 1]].sum(axis=1) > 0
        return np.asarray(near[:, [self.chosen[rank - 1]]].sum(axis=1) > 0) & ~before

    def sole(self, rank, reach_m):
        """Return who has this site alone."""
        near = self.near(reach_m)
        others = near[:, np.delete(self.chosen, rank - 1)].sum(axis=1) > 0
        return np.asarray(near[:, [self.chosen[rank - 1]]].sum(axis=1) > 0) & ~others

    def worth(self, rank, reach_m):
        """Return the people with each candidate in the place of a site."""
        near = self.near(reach_m)
        others = np.asarray(near[:, np.delete(self.chosen, rank - 1)].sum(axis=1) > 0)
        return self.people[others].sum() + near.T @ np.where(others, 0.0, self.people)


@pytest.fixture(scope="module")
def recount(demo_run):
    """Return the tables of the demo's plan by position."""
    return Recount(demo_run)


@pytest.fixture(scope="module")
def told(recount):
    """Return rank, kind and groups of every sentence of every reason; each must be of a kind."""
    rows = []
    for site in recount.sites.itertuples():
        for sentence in site.reason_zh.split("；"):
            found = {kind: re.fullmatch(text, sentence) for kind, text in SENTENCES.items()}
            kinds = [kind for kind, match in found.items() if match]
            assert len(kinds) == 1, sentence
            rows.append((site.rank, kinds[0], found[kinds[0]].groups()))
    return rows


def of_kind(told, *kinds):
    """Return rank and groups of the sentences of some kinds."""
    return [(rank, groups) for rank, kind, groups in told if kind in kinds]


def people_in(text):
    """Return the numbers of a list of people by the word of their crowd."""
    parts = [re.fullmatch(rf"(.+)约{NUMBER}人", part) for part in text.split("、")]
    return {part[1]: part[2] for part in parts}


def test_each_reason_says_what_it_must(recount, told):
    """People of each walk, the nearest outlet and the best other place of each site."""
    said = pd.DataFrame(told, columns=["rank", "kind", "groups"])
    count = pd.crosstab(said["rank"], said["kind"])
    assert len(count) == len(recount.sites) == 83
    walks = count["new"] + count.get("none", 0) + len(recount.levels) * count.get("second", 0)
    assert (walks == len(recount.levels)).all()
    assert recount.levels == [1000.0, 500.0]
    assert (count["nearest"] + count.get("no_outlet", 0) == 1).all()
    assert (count["equal"] + count["runner_up"] + count.get("better", 0) == 1).all()


def test_people_newly_served_are_those_of_the_walks(recount, told):
    """Residents, workers and passengers of each walk, in the order in which the sites open."""
    for rank, (metres, text) in of_kind(told, "new"):
        assert people_in(text) == recount.counted(recount.new(rank, number(metres)))
    for rank, (metres,) in of_kind(told, "none"):
        assert not recount.counted(recount.new(rank, number(metres)))
    for site in recount.sites.itertuples():
        for word, reach_m in (("firm", 1000.0), ("gained", 500.0)):
            new = recount.demand[recount.new(site.rank, reach_m)]
            for name in CROWDS.values():
                counted = getattr(site, f"{word}_{name}")
                assert counted == pytest.approx(new[name].sum(), abs=0.01)


def test_people_lost_are_those_who_have_no_other_site(recount, told):
    """Who would be left without an outlet, by walk; where none would be, nothing is said."""
    said = {(rank, number(metres)): text for rank, (text, metres) in of_kind(told, "lost")}
    for rank in recount.sites["rank"]:
        for metres in recount.levels:
            counted = recount.counted(recount.sole(rank, metres))
            text = said.get((rank, metres))
            assert ({} if text is None else people_in(text)) == counted


def test_places_and_zone_are_those_of_the_people_newly_served(recount, told):
    """Compounds by people, the first three named; the zone is that of most of the people."""
    for rank, (text, count) in of_kind(told, "places"):
        new = recount.new(rank, 500.0)
        people = pd.Series(recount.people[new], index=recount.demand.loc[new, "name"])
        people = people.groupby(level=0).sum()
        named = people[(people > 0) & (people.index != "")]
        shown = text.split("、")
        assert len(named) == (len(shown) if count is None else number(count))
        assert sorted(named[shown], reverse=True) == sorted(named, reverse=True)[: len(shown)]
    for rank, (name,) in of_kind(told, "zone"):
        reached = recount.new(rank, 500.0)
        by_zone = (
            pd.Series(recount.people[reached]).groupby(recount.zone_of[reached].to_numpy()).sum()
        )
        assert recount.zones[by_zone.idxmax()] == name


def test_the_nearest_outlet_is_that_of_the_walks(recount, told):
    """Name and metres of the nearest existing outlet on foot."""
    names = recount.outlets.set_index("facility_id")["name"]
    walks = recount.existing.groupby("origin_id")["walk_m"].min()
    for rank, (name, metres) in of_kind(told, "nearest"):
        site = recount.sites["candidate_id"][rank - 1]
        assert f"{walks[site]:,.0f}" == metres
        here = recount.existing.query("origin_id == @site and walk_m == @walks[@site]")
        assert name in set(here["dest_id"].map(names))
    for rank, _ in of_kind(told, "no_outlet"):
        assert recount.sites["candidate_id"][rank - 1] not in walks.index


def test_the_runner_up_is_the_best_other_place(recount, told):
    """No other place reaches more; of equals the nearest is named, with what it reaches less.

    In the place of premises that exist others alone are named; where a street would do better, the
    reason gives the rule. What would reach more within the first walk alone takes more within the
    second than the tolerance leaves.
    """
    candidates = recount.candidates
    is_open = ~candidates["is_rejected"].to_numpy()
    is_open[recount.chosen] = False
    is_premises = candidates["source"].isin(["host", "listed"]).to_numpy()
    premises = {rank for rank, _ in of_kind(told, "premises")}
    for rank, groups in of_kind(told, "equal", "runner_up", "better"):
        name, candidate, metres = groups[:3]
        named, own = recount.ids.get_loc(candidate), recount.chosen[rank - 1]
        away = candidates.distance(candidates.geometry.iloc[own]).to_numpy()
        assert (candidates["name"].iloc[named], f"{away[named]:,.0f}") == (name, metres)
        is_place = is_open & ((away >= APART_M) | is_premises)
        is_rival = is_place & (is_premises | ~is_premises[own])
        assert is_rival[named]
        said = re.findall(DIFFERENCE, groups[3]) if len(groups) > 3 else []
        worth = np.round([recount.worth(rank, reach_m) for reach_m in recount.levels], 3)
        best = max(map(tuple, worth[:, is_rival].T))
        is_beaten = max(map(tuple, worth[:, is_place].T)) > tuple(worth[:, own])
        if tuple(worth[:, named]) > tuple(worth[:, own]):
            assert ((worth[:, own] - worth[:, named]) > recount.room).any()
        else:
            assert (rank in premises) == is_beaten
            assert not is_beaten or is_premises[own]
        assert tuple(worth[:, named]) == best
        equals = is_rival & (worth == worth[:, [named]]).all(axis=0)
        assert away[named] == away[equals].min()
        differences = {
            reach_m: one[own] - one[named]
            for reach_m, one in zip(recount.levels, worth, strict=True)
        }
        assert {number(reach_m): (word, count) for reach_m, word, count in said} == {
            reach_m: ("少" if ahead > 0 else "多", f"{abs(ahead):,.0f}")
            for reach_m, ahead in differences.items()
            if ahead
        }


def test_both_languages_state_the_same_figures(recount):
    """The numbers of the Chinese reason are those of the English one."""
    for site in recount.sites.itertuples():
        zh, en = (
            sorted(re.findall(r"\d[\d,.]*\d|\d", text)) for text in (site.reason_zh, site.reason_en)
        )
        assert zh == en
