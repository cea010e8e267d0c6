"""Random edits made by the page's own walking and by the engine, and how the answers differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

CLEARED_AFTER = 12
"""Edits after which a scenario starts anew."""
ACTIONS = (
    "add",
    "add",
    "move",
    "close",
    "gate",
    "gate",
    "new_gate",
    "path",
    "path",
    "undo",
    "undo",
    "redo",
)


@dataclass
class Account:
    """What came of random edits."""

    edits_n: int = 0
    refused_n: int = 0
    walks_n: int = 0
    by_action: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)


class RandomEdits:
    """Edits drawn by a seed, made on both sides."""

    def __init__(self, page, engine, *, seed: int, kinds, covers) -> None:
        self.page, self.engine, self.kinds, self.covers = page, engine, list(kinds), covers
        self.rng = np.random.default_rng(seed)
        self.account = Account()
        self.since_clear = 0
        edges = engine.first["edges"]
        self.lines = edges.geometry.to_numpy()

    def run(self, edits_n: int) -> Account:
        """Make so many edits and compare all walks after each."""
        while self.account.edits_n < edits_n:
            if self.since_clear >= CLEARED_AFTER:
                self.page.edit("clear")
                self.engine.states, self.engine.at = [self.engine.first], 0
                self.since_clear = 0
            action = str(self.rng.choice(ACTIONS))
            told = self._make(action)
            if told is None:
                continue
            self.since_clear += 1
            self.account.edits_n += 1
            self.account.by_action[action] = self.account.by_action.get(action, 0) + 1
            self._compare(told)
        return self.account

    def _compare(self, told: str) -> None:
        """Compare the walks of all demand points to every kind."""
        for kind in self.kinds:
            ours, (mm, outlet) = self.page.ask("measure", kind=kind), self.engine.walks(kind)
            theirs = np.array(ours["mm"])
            self.account.walks_n += mm.size
            where = np.flatnonzero(theirs != mm)
            if where.size:
                shown = [(int(d), int(theirs[d]), int(mm[d])) for d in where[:3]]
                self._differ(f"{told}: {where.size} walks to {kind} differ, {shown}")
            reached = mm >= 0
            same = np.array(ours["outlet"])[reached] == outlet[reached]
            if not same.all():
                self._differ(f"{told}: {int((~same).sum())} nearest outlets of {kind} differ")
            row = self.page.ask("totals", kind=kind)[-1]
            for crowd in row["crowds"]:
                people = self.engine.demand[crowd["name"]].fillna(0.0).to_numpy()
                for name in ("target", "threshold"):
                    within = reached & (mm <= round(self.covers[kind][name] * 1000))
                    if abs(crowd[name][1] - people[within].sum()) > 1e-6:
                        self._differ(f"{told}: {crowd['name']} within the {name} differ")

    def _differ(self, text: str) -> None:
        self.account.differences.append(f"edit {self.account.edits_n}: {text}")

    def _make(self, action: str) -> str | None:
        """Make one edit on both sides; return it in words, None where it makes no sense."""
        return getattr(self, f"_{action}")()

    def _near_street(self, spread_m: float) -> list[float]:
        """Return a place near a street, to 1e-7 degrees as a click is."""
        line = self.rng.choice(self.lines)
        at = line.interpolate(self.rng.random(), normalized=True)
        metres = np.array([at.x, at.y]) + self.rng.normal(0, spread_m, 2)
        return self._clicked(metres)

    def _clicked(self, metres) -> list[float]:
        degrees = self.page.ask("degrees", places=[[float(v) for v in metres]])
        return self.page.ask("metres", places=degrees)[0]

    def _place(self) -> list[float]:
        return self._near_street(float(self.rng.choice([5, 60, 150, 900])))

    def _settle(self, done, reason: str, told: str) -> str:
        """Compare whether and why an edit was refused."""
        if done["reason"] != reason:
            self._differ(f"{told}: refused for {done['reason']!r}, by the engine for {reason!r}")
        self.account.refused_n += bool(reason)
        return told

    def _add(self) -> str:
        kind, (x, y) = str(self.rng.choice(self.kinds)), self._place()
        done = self.page.edit("addOutlet", kind, {"x": x, "y": y}, "new")
        return self._settle(done, self.engine.add_outlet(kind, x, y), f"{kind} at {x}, {y}")

    def _open_outlet(self) -> int:
        return int(self.rng.choice(np.flatnonzero(self.engine.now["outlets"]["is_open"])))

    def _move(self) -> str | None:
        number, (x, y) = self._open_outlet(), self._place()
        done = self.page.edit("moveOutlet", number, {"x": x, "y": y})
        if done["reason"] == "residents_only":
            return None
        reason = self.engine.move_outlet(number, x, y)
        return self._settle(done, reason, f"outlet {number} to {x}, {y}")

    def _close(self) -> str:
        number = self._open_outlet()
        self.page.edit("closeOutlet", number)
        self.engine.close_outlet(number)
        return f"outlet {number} closed"

    def _gate(self) -> str | None:
        gates = self.engine.now["gates"]
        if gates.empty:
            return None
        number = int(self.rng.integers(len(gates)))
        is_open = not bool(gates.loc[number, "is_open"])
        self.page.edit("openGate" if is_open else "shutGate", number)
        self.engine.set_gate(number, is_open=is_open)
        return f"gate {number} {'opened' if is_open else 'shut'}"

    def _new_gate(self) -> str | None:
        gates = self.engine.now["gates"]
        if gates.empty or self.engine.told.options.barriers is None:
            return None
        gate = gates.iloc[int(self.rng.integers(len(gates)))]
        at = np.array([gate.geometry.x, gate.geometry.y]) + self.rng.normal(0, 60, 2)
        x, y = self._clicked(at)
        home = list(self.engine.told.homes).index(gate["residence_id"])
        done = self.page.edit("addGate", home, {"x": x, "y": y})
        if done["reason"] == "open":
            return None
        reason = self.engine.add_gate(gate["residence_id"], x, y)
        return self._settle(done, reason, f"gate of {gate['residence_id']} at {x}, {y}")

    def _path(self) -> str:
        start = self._near_street(float(self.rng.choice([0.2, 5, 15, 40])))
        if self.rng.random() < 0.1:
            stop = self._near_street(5)
        else:
            stop = self._clicked(np.array(start) + self.rng.normal(0, 150, 2))
        bends = [
            self._clicked((np.array(start) + stop) / 2 + self.rng.normal(0, 30, 2))
            for _ in range(int(self.rng.integers(0, 3)))
        ]
        line = [start, *bends, stop]
        self.page.edit("addPath", [{"x": x, "y": y} for x, y in line])
        self.engine.add_path(line)
        return f"path {line}"

    def _undo(self) -> str | None:
        if self.engine.at == 0:
            return None
        self.page.edit("undo")
        self.engine.undo()
        return "undo"

    def _redo(self) -> str | None:
        if self.engine.at == len(self.engine.states) - 1:
            return None
        self.page.edit("redo")
        self.engine.redo()
        return "redo"
