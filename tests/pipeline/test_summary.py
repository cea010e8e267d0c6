"""What is said of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pandas as pd
import pytest

from livelihood_map.core.settings import SitingSettings
from livelihood_map.core.tables import LEVELS
from livelihood_map.pipeline.summary import plan_lines


@dataclass
class Told:
    """A workspace that holds a plan of one model, 40 people and a site."""

    model: str
    objective: float
    passengers: float = 0.0

    @property
    def settings(self):
        """Return the settings."""
        return SimpleNamespace(
            siting=SitingSettings(model=self.model, weights={"population": 1.0, "workers": 0.5})
        )

    def __getitem__(self, name):
        """Return a table."""
        plan = {
            "kind": "breakfast",
            "method": "optimal",
            "status": "optimal",
            "sites_n": 3,
            "threshold_m": 500.0,
            "objective": self.objective,
            "gap_share": 0.0,
            "streets_question": None,
            "list_price": None,
            "ways_gain": None,
            "shortfall": None,
            "second_n": 0,
            "premises_n": None,
        }
        beside = {"method": "optimal", "level": 1, "threshold_m": 500.0, "residents_more": 3.0}
        beside |= {"people_more": -3.0, "residents_status": "optimal", "target_alone": None}
        if name == "levels" and self.passengers:
            return pd.DataFrame([beside]).reindex(columns=LEVELS.column_names)
        empty = {"levels": LEVELS.column_names, "unreached": ["within_m"]}
        if name in empty:
            return pd.DataFrame(columns=empty[name])
        tables = {
            "plan": [plan],
            "sites": [
                {
                    "gained_population": 12.0,
                    "gained_workers": 7.0,
                    "gained_passengers": self.passengers,
                    "firm_population": None,
                    "firm_workers": None,
                    "firm_passengers": None,
                }
            ],
            "edges": [],
            "demand": [{"population": 20.0, "workers": 10.0}, {"population": 10.0, "workers": 10}],
        }
        return pd.DataFrame(tables[name])


@pytest.mark.parametrize(
    ("model", "objective", "figure"),
    [
        ("set_cover", 3.0, "3 处点位"),
        ("p_median", 8000.0, "人均步行 200 米"),
        ("p_centre", 1234.0, "最远的步行 1,234 米"),
        ("capacity", 2500.0, "可服务 2,500 人"),
        ("backup", 2500.0, "合计 2,500"),
        ("gradual", 2500.0, "增加 2,500 人"),
    ],
)
def test_every_model_states_its_own_figure(model, objective, figure):
    """The lines on a plan give what its model counts, in that unit, not the people in reach."""
    lines = plan_lines(Told(model, objective))
    assert any(figure in line for line in lines)


def test_the_most_people_need_no_second_figure():
    """Maximal covering is the usual question: its lines name no model."""
    assert not any("选址模型" in line for line in plan_lines(Told("covering", 2500.0)))


def test_a_plan_tells_three_kinds_of_people_and_that_one_person_may_be_all():
    """Residents, workers and passengers stand apart; their sum is told to be no number of heads."""
    lines = plan_lines(Told("covering", 2500.0, passengers=4.0))
    assert "步行 500 米内新增服务：居民 12 人、早高峰就业 7 人、车站客流 4 人" in lines
    assert any("同一人可能" in line for line in lines)


def test_the_plan_for_residents_alone_stands_beside_with_its_price():
    """More residents, fewer people as the plan counts them, each with its sign."""
    lines = plan_lines(Told("covering", 2500.0, passengers=4.0))
    (line,) = [line for line in lines if "若选址只计居民" in line]
    assert "步行 500 米内居民 +3 人，居民、早高峰就业×0.5合计 −3 人（已证明为最优方案）" in line
    assert not any("若选址只计居民" in line for line in plan_lines(Told("covering", 2500.0)))
