"""The phases of renovation as a picture: one bar a market, the stranded people below."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.programme.phasing import PhasePlan

_LEFT: Final = 230
_STEP: Final = 54
_LINE: Final = 26
_TOP: Final = 78
_BARS: Final = 90
_FONT: Final = "'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',sans-serif"


def draw_gantt(plan: PhasePlan, names: Mapping[str, str], *, notes: Sequence[str] = ()) -> str:
    """Return the phases as an SVG picture that stands by itself.

    Parameters
    ----------
    plan
        The phases.
    names
        Name by facility_id.
    notes
        Lines that stand below the picture.

    Raises
    ------
    KeyError
        When a market has no name.
    """
    months = plan.by_month["month"].tolist()
    rows = plan.schedule.sort_values(["starts", "ends", "facility_id"], ignore_index=True)
    width = _LEFT + _STEP * len(months) + 24
    floor = _TOP + _LINE * len(rows) + 34 + _BARS
    height = floor + 34 + 18 * len(notes)
    parts = [
        _open(width, height),
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        _text(16, 26, label("programme.gantt_title"), size=17),
        _text(16, 46, _summary(plan), fill="#444"),
        *_grid(months, len(rows)),
    ]
    for line, row in enumerate(rows.itertuples()):
        start, end = months.index(row.starts), months.index(row.ends)
        y = _TOP + _LINE * line
        parts.append(_text(_LEFT - 8, y + 17, names[row.facility_id], anchor="end"))
        parts.append(
            f'<rect x="{_LEFT + _STEP * start + 2}" y="{y + 4}" rx="3" '
            f'width="{_STEP * (end - start + 1) - 4}" height="{_LINE - 8}" fill="#c0662b"/>'
        )
    parts += _columns(plan, floor)
    parts += [
        _text(16, floor + 40 + 18 * line, note, fill="#666") for line, note in enumerate(notes)
    ]
    return "\n".join([*parts, "</svg>\n"])


def _open(width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="{_FONT}" font-size="13">'
    )


def _summary(plan: PhasePlan) -> str:
    return label(
        "programme.gantt_summary",
        worst=f"{plan.worst_people:,.0f}",
        together=f"{plan.together_people:,.0f}",
        proof=label(f"programme.phasing_{plan.status}", bound=f"{plan.bound:,.0f}"),
    )


def _grid(months: Sequence[str], rows_n: int) -> list[str]:
    """Return month names and lines."""
    bottom = _TOP + _LINE * rows_n
    parts = []
    for number, month in enumerate([*months, ""]):
        x = _LEFT + _STEP * number
        parts.append(f'<path d="M{x} {_TOP}V{bottom}" stroke="#ddd"/>')
        if month:
            parts.append(_text(x + _STEP / 2, _TOP - 8, month[2:], anchor="middle", fill="#555"))
    return parts


def _columns(plan: PhasePlan, floor: int) -> list[str]:
    """Return one column a month, as high as the people stranded, the worst month marked."""
    most = max(plan.worst_people, 1.0)
    parts = [_text(_LEFT - 8, floor, label("programme.gantt_stranded"), anchor="end")]
    for number, people in enumerate(plan.by_month["stranded_people"]):
        high = _BARS * 0.8 * people / most
        x = _LEFT + _STEP * number
        colour = "#a32020" if people == plan.worst_people and people > 0 else "#7f9bb3"
        parts.append(
            f'<rect x="{x + 10}" y="{floor - high:.1f}" width="{_STEP - 20}" '
            f'height="{high:.1f}" fill="{colour}"/>'
        )
        shown = f"{people:,.0f}"
        parts.append(_text(x + _STEP / 2, floor + 15, shown, anchor="middle", size=11))
    return parts


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", fill: str = "#111", size: int = 13
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{fill}" '
        f'font-size="{size}">{escape(text)}</text>'
    )
