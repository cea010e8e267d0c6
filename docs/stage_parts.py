"""Flow, declarations and decisions of the stages, written from what they declare.

A page holds ``<!-- written: NAME -->`` where a part stands; `parts` has them by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from livelihood_map.pipeline.questions import ASKED, MAKERS, REVIEW
from livelihood_map.pipeline.record import FONT
from livelihood_map.pipeline.running import needed_by
from livelihood_map.pipeline.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from livelihood_map.pipeline.stage import Stage

COMPUTED, FOLLOWS, KEPT = "●", "○", "–"
"""What a run does with a stage: computes it; does so if its tables came out otherwise; keeps it."""
QUESTIONS = {**ASKED, REVIEW.name: REVIEW}
EVERY = {**STAGES, **ASKED}

WORDS = {
    "en": {
        "stage": "stage",
        "needs": "needs",
        "makes": "makes",
        "settings": "settings",
        "files": "files",
        "changed": "what changes",
        "file": "file: {names}",
        "font": "font for Chinese text",
        "program": "version of the program, of Python or of a package",
        "others": "all others of `[{section}]`",
        "all": "all of `[{section}]`",
        "if_there": "where there is one: {names}",
        "question": "command",
        "stages": "stages that must be fresh",
        "own_files": "files that it opens itself",
        "made": "table that it keeps",
        "tables": "{count} tables",
        "no_tables": "files for people",
        "caption": "Stages from top to bottom; beside each, the commands that read up to it.",
        "comma": ", ",
    },
    "zh": {
        "stage": "步骤",
        "needs": "读取的表",
        "makes": "生成的表",
        "settings": "读取的设置",
        "files": "打开的文件",
        "changed": "改动",
        "file": "文件：{names}",
        "font": "中文字体",
        "program": "程序、Python 或所用软件包的版本",
        "others": "`[{section}]` 其余各项",
        "all": "`[{section}]` 各项",
        "if_there": "有则读取：{names}",
        "question": "命令",
        "stages": "须为最新的步骤",
        "own_files": "自己打开的文件",
        "made": "留下的表",
        "tables": "{count} 张表",
        "no_tables": "成果文件",
        "caption": "自上而下为各步骤；旁边是读取到该步骤为止的命令。",
        "comma": "、",
    },
}


def parts(lang: str, settings: Sequence[str]) -> dict[str, str]:
    """Return the parts by name, in one language; `settings` are all settings by dotted name."""
    return {
        "flow": _flow(lang),
        "stages": _stages(lang),
        "decisions": _decisions(lang, settings),
        "questions": _questions(lang),
    }


# ---- what a change does ----


def reads(stage: Stage, setting: str) -> bool:
    """Return whether a stage declares a setting."""
    return any(setting == key or setting.startswith(f"{key}.") for key in stage.settings)


def decide(touched: set[str]) -> dict[str, str]:
    """Return what a run does with each stage when a change touches some stages and questions."""
    found: dict[str, str] = {}

    def settle(name: str) -> str:
        if name not in found:
            stage = EVERY[name]
            before = {MAKERS[table] for table in (*stage.needs, *stage.may_need)}
            is_behind = any(settle(one) != KEPT for one in sorted(before))
            found[name] = COMPUTED if name in touched else FOLLOWS if is_behind else KEPT
        return found[name]

    return {name: settle(name) for name in STAGES}


def decisions(settings: Sequence[str]) -> list[tuple[str, list[str], dict[str, str]]]:
    """Return sort of change (files, settings, program), its names, and what becomes of each stage.

    Names that do the same stand in one row with those of their section, the fewest first.
    """
    keys = list(dict.fromkeys(key for stage in EVERY.values() for key in stage.files))
    rows: dict[tuple[str, ...], tuple[str, list[str], dict[str, str]]] = {}
    for sort, names in (("files", keys), ("settings", settings)):
        for name in names:
            touched = {
                key
                for key, stage in EVERY.items()
                if (name in stage.files if sort == "files" else reads(stage, name))
            }
            found = decide(touched)
            mark = (sort, name.partition(".")[0], *found.values())
            rows.setdefault(mark, (sort, [], found))[1].append(name)
    order = list(dict.fromkeys(mark[:2] for mark in rows))
    ranked = sorted(rows, key=lambda mark: (order.index(mark[:2]), len(rows[mark][1])))
    return [*(rows[mark] for mark in ranked), ("program", [], decide(set(EVERY)))]


# ---- tables ----


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _head(*cells: str) -> list[str]:
    return [_row(*cells), _row(*["---"] * len(cells))]


def _codes(names: Iterable[str], lang: str) -> str:
    words = WORDS[lang]
    shown = [words["font"] if name == FONT else f"`{name}`" for name in dict.fromkeys(names)]
    return words["comma"].join(shown)


def _tables_of(stage: Stage, lang: str) -> str:
    """Return the tables that a stage needs; behind them those that it reads where they are."""
    text = _codes(stage.needs, lang)
    if stage.may_need:
        more = WORDS[lang]["if_there"].format(names=_codes(stage.may_need, lang))
        text += f" ({more})" if lang == "en" else f"（{more}）"
    return text


def _stages(lang: str) -> str:
    words = WORDS[lang]
    lines = _head(*(words[name] for name in ("stage", "needs", "makes", "settings", "files")))
    for name, stage in STAGES.items():
        lists = (stage.makes, stage.settings, stage.files)
        lines.append(
            _row(f"`{name}`", _tables_of(stage, lang), *(_codes(one, lang) for one in lists))
        )
    return "\n".join(lines)


def _questions(lang: str) -> str:
    words = WORDS[lang]
    lines = _head(*(words[name] for name in ("question", "stages", "own_files", "made")))
    inputs = {key for stage in STAGES.values() for key in stage.files}
    for key, stage in QUESTIONS.items():
        own = [name for name in stage.files if name not in inputs]
        made = [table for table in stage.makes if MAKERS[table] == key]
        cells = (needed_by(stage), own, made)
        name = f"`{key.removeprefix('ask_')}`"
        lines.append(_row(name, *(_codes(one, lang) for one in cells)))
    return "\n".join(lines)


def _decisions(lang: str, settings: Sequence[str]) -> str:
    lines = _head(WORDS[lang]["changed"], *(f"`{name}`" for name in STAGES))
    for sort, names, found in decisions(settings):
        label = _label(sort, names, settings, lang)
        lines.append(_row(label, *found.values()))
    return "\n".join(lines)


def _label(sort: str, names: list[str], settings: Sequence[str], lang: str) -> str:
    """Return what a row of decisions is about."""
    words = WORDS[lang]
    if sort == "program" or names == [FONT]:
        return words[sort if sort == "program" else FONT]
    if sort == "files":
        return words["file"].format(names=_codes(names, lang))
    section = names[0].partition(".")[0]
    whole = [name for name in settings if name.startswith(f"{section}.")]
    if names == whole:
        return words["all"].format(section=section)
    if 2 * len(names) > len(whole):
        return words["others"].format(section=section)
    return _codes(_gathered(names, whole), lang)


def _gathered(names: list[str], whole: list[str]) -> list[str]:
    """Return settings with the name of an inner section in place of all that it holds."""
    found = list(names)
    for inner in dict.fromkeys(name.rpartition(".")[0] for name in names if name.count(".") > 1):
        own = [name for name in whole if name.startswith(f"{inner}.")]
        if set(own) <= set(found):
            found[found.index(own[0])] = inner
            found = [name for name in found if name not in own]
    return found


# ---- the picture ----

BOX = (210, 46)
"""Width and height of a box, px; rows are `STEP` apart."""
STEP = 74
BOX_N = 24
"""Characters of a line within a box."""
STYLE = 'style="max-width:100%" fill="none" stroke="currentColor"'
TIP = """<defs><marker id="tip-{lang}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8"
 markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor" stroke="none"/>
</marker></defs>"""
ASIDE_N = 32
"""Characters of a line beside a box."""
LEFT = 240
"""Where the first box of a row begins, px; to the left of it stand the commands."""


def _makers(name: str) -> set[str]:
    """Return the stages whose tables a stage reads."""
    stage = STAGES[name]
    return {MAKERS[table] for table in (*stage.needs, *stage.may_need)} & set(STAGES)


def arrows() -> list[tuple[str, str]]:
    """Return the arrows of the flow: who reads whom, ways round by a third stage left out."""
    behind: dict[str, set[str]] = {}
    for name in STAGES:
        before = _makers(name)
        behind[name] = before.union(*(behind[one] for one in before))
    return [
        (one, name)
        for name in STAGES
        for one in STAGES
        if one in _makers(name) and not any(one in behind[two] for two in _makers(name))
    ]


def _levels() -> dict[str, int]:
    """Return how far down each stage stands: one below the last that it reads."""
    found: dict[str, int] = {}
    for name in STAGES:
        found[name] = max((found[one] + 1 for one in _makers(name)), default=0)
    return found


def _flow(lang: str) -> str:
    """Return the picture of the flow as SVG within the page: no script, nothing from elsewhere."""
    levels, (wide, high) = _levels(), BOX
    rows: dict[int, list[str]] = {}
    for name, level in levels.items():
        rows.setdefault(level, []).append(name)
    place = {
        name: (LEFT + rows[level].index(name) * (wide + 20), 10 + level * STEP)
        for name, level in levels.items()
    }
    lines = [
        f'<line x1="{place[one][0] + wide / 2}" y1="{place[one][1] + high}"'
        f' x2="{place[two][0] + wide / 2}" y2="{place[two][1] - 3}" marker-end="url(#tip-{lang})"/>'
        for one, two in arrows()
    ]
    boxes = [text for name in STAGES for text in _box(name, *place[name], lang)]
    asked = [text for name in STAGES for text in _asked(name, *place[name])]
    right = max(x for x, _ in place.values()) + wide + 10
    bottom = max(y for _, y in place.values()) + high + 10
    caption = WORDS[lang]["caption"]
    return "\n".join(
        [
            "<div>",
            f'<svg viewBox="0 0 {right} {bottom}" role="img" aria-label="{caption}" {STYLE}>',
            TIP.format(lang=lang),
            *lines,
            *boxes,
            *asked,
            "</svg>",
            f"<p><em>{caption}</em></p>",
            "</div>",
        ]
    )


def _text(x: float, y: float, text: str, *, size: int, more: str = "") -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="currentColor" stroke="none"{more}>'
        f"{text}</text>"
    )


def _box(name: str, x: float, y: float, lang: str) -> list[str]:
    """Return the box of a stage with the tables that it makes."""
    made, words = STAGES[name].makes, WORDS[lang]
    told = ", ".join(made)
    if len(told) > BOX_N:
        told = words["tables"].format(count=len(made))
    wide, high = BOX
    middle = ' text-anchor="middle"'
    return [
        f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" rx="6"/>',
        _text(x + wide / 2, y + 20, name, size=15, more=f'{middle} font-weight="bold"'),
        _text(x + wide / 2, y + 37, told if made else words["no_tables"], size=12, more=middle),
    ]


def _asked(name: str, x: float, y: float) -> list[str]:
    """Return the questions that read up to a stage, in lines beside its box."""
    asked = [one.removeprefix("ask_") for one, stage in QUESTIONS.items()
             if needed_by(stage)[-1] == name]  # fmt: skip
    lines = [""]
    for word in asked:
        comma = "" if word == asked[-1] else ", "
        if len(lines[-1]) + len(word) > ASIDE_N:
            lines.append("")
        lines[-1] += word + comma
    is_first = x == LEFT
    side = ' text-anchor="end"' if is_first else ""
    at, top = x - 14 if is_first else x + BOX[0] + 14, y + 27 - 8 * (len(lines) - 1)
    more = f'{side} font-style="italic"'
    return [
        _text(at, top + 16 * n, text, size=13, more=more) for n, text in enumerate(lines) if text
    ]
