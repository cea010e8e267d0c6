"""Word briefs: a letter for each town, a report for the district; HTML beside them for print."""

from __future__ import annotations

import datetime as dt
import logging
import traceback
import zipfile
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from livelihood_map.core.crew import do_each
from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.fonts import FontError
from livelihood_map.core.io import write_bytes, write_text
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.names import name_towns, town_names
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import name_kind, tell_metres, tell_people
from livelihood_map.report import charts
from livelihood_map.report.content import (
    Brief,
    BriefFigures,
    Picture,
    make_figures,
    write_brief_content,
)
from livelihood_map.report.figures import measure_evenness
from livelihood_map.report.letter_style import PICTURE_MM
from livelihood_map.report.printing import render_html
from livelihood_map.report.templates import Sort, build_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from livelihood_map.report.context import ReportContext, ReportTables

log = logging.getLogger(__name__)

_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)


class TemplateError(LivelihoodMapError):
    """A Word template cannot be used."""


def write_briefs(
    tables: ReportTables,
    *,
    folder: Path,
    context: ReportContext,
    plan_lines: Sequence[str] = (),
    maps: Mapping[str, Mapping[str, bytes]] | None = None,
) -> list[Path]:
    """Return the paths of the district's report, of one brief a town, and of the templates.

    Parameters
    ----------
    tables
        Tables of the run.
    folder
        Folder to write to: ``district.docx``, ``towns/`` and ``templates/`` below it.
    context
        What a report must know beside its tables.
    plan_lines
        What the plan is and how well it is proved, in words.
    maps
        Maps of each town by ``town_id``, and of the district: ``before`` and ``after`` the plan,
        each a PNG.

    Raises
    ------
    TemplateError
        When a template of the settings cannot be read or names a field that does not exist.
    OutputError
        When a file cannot be written.
    """
    written: list[Path] = []
    templates: dict[str, _Template] = {}
    for sort in get_args(Sort):
        ours = _fixed(build_template(sort))
        written.append(write_bytes(ours, folder / "templates" / f"{sort}.docx"))
        own = getattr(context.settings.report, f"{sort}_template")
        content = ours if own is None else _read(context.settings.resolve(own))
        templates[sort] = _Template(content, own)
    shown = _Shown(
        tables=tables,
        figures=make_figures(tables, context=context),
        context=context,
        plan_lines=tuple(plan_lines),
        maps=maps or {},
        templates=templates,
    )
    paths = {DISTRICT_ID: folder / "district.docx"}
    files = name_towns(tables.towns)
    paths |= {town_id: folder / "towns" / f"{name}.docx" for town_id, name in files.items()}
    for path, (word, page) in zip(
        paths.values(), do_each(_make_brief, shown, list(paths)), strict=True
    ):
        written.append(write_bytes(word, path))
        written.append(write_text(page, path.with_suffix(".html")))
    return written


class _Template(NamedTuple):
    """A Word template; `name` is that of the office's file, None for ours."""

    content: bytes
    name: str | None


class _Shown(NamedTuple):
    """What all briefs are made from."""

    tables: ReportTables
    figures: BriefFigures
    context: ReportContext
    plan_lines: tuple[str, ...]
    maps: Mapping[str, Mapping[str, bytes]]
    templates: Mapping[str, _Template]


def _make_brief(shown: _Shown, town_id: str) -> tuple[bytes, str]:
    """Return the brief of a town or the district as a Word file and as a page."""
    tables, context = shown.tables, shown.context
    pictures = list(_maps_of(shown, town_id))
    if town_id == DISTRICT_ID:
        pictures += draw_pictures(tables, context=context)
    pictures = [
        replace(one, caption=label("report.brief_figure", number=number, caption=one.caption))
        for number, one in enumerate(pictures, start=1)
    ]
    brief = write_brief_content(
        tables,
        shown.figures,
        town_id=town_id,
        context=context,
        plan_lines=shown.plan_lines,
        pictures=pictures,
    )
    template = shown.templates["district" if town_id == DISTRICT_ID else "town"]
    word = render(brief, template.content, date=context.date, name=template.name)
    return word, render_html(brief)


def _maps_of(shown: _Shown, town_id: str) -> Iterator[Picture]:
    """Yield the maps of an area, today and with the plan."""
    context = shown.context
    place = town_names(shown.tables.towns).get(town_id) or context.settings.area.name
    row = context.standard.kind(context.settings.siting.kind)
    words = {
        "place": place,
        "kind": name_kind(row),
    }
    for plan, content in shown.maps.get(town_id, {}).items():
        yield Picture(caption=label(f"report.brief_figure_map_{plan}", **words), content=content)


def draw_pictures(tables: ReportTables, *, context: ReportContext) -> list[Picture]:
    """Return the charts of the district; none where there is no Chinese font.

    Parameters
    ----------
    tables
        Tables of the run.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the tables.
    """
    try:
        return list(_draw_charts(tables, context))
    except FontError as error:
        log.warning("%s", label("report.brief_no_charts", reason=error.text()))
        return []


def _draw_charts(tables: ReportTables, context: ReportContext) -> Iterator[Picture]:
    """Yield the charts: of the towns, of walks, and of the plan."""
    kind, font = context.leading_kind, context.settings.font_path
    walker = context.settings.coverage.walkers[0]
    rows: dict[str, Any] = {"kind": kind, "walker": walker, "standard": context.standard}
    name = name_of("core.kind", kind)
    row = context.standard.kind(kind)
    measure = {"threshold_m": tell_metres(row.threshold_m), "people": tell_people(row)}
    drawn = charts.draw_towns(tables.town_coverage, **rows, font=font)
    yield _picture("towns", drawn, kind=name, **measure)
    walks = charts.draw_walks(tables, **rows, font=font)
    yield _picture("walks", walks, kind=name)
    cutoff_m = context.settings.coverage.cutoff_m
    evenness = measure_evenness(tables, standard=context.standard, cutoff_m=cutoff_m)
    yield _picture("evenness", charts.draw_evenness(evenness, kind=kind, font=font), kind=name)
    curve = _curve(tables)
    if curve is not None and len(curve) > 1:  # one point is no curve
        sited, threshold_m = context.settings.siting.kind, context.siting_threshold_m
        drawn = charts.draw_curve(curve, kind=sited, threshold_m=threshold_m, font=font)
        yield _picture("curve", drawn, threshold_m=tell_metres(threshold_m))


def _curve(tables: ReportTables) -> pd.DataFrame | None:
    """Return what each further site adds: the plan's curve, else what the sites know."""
    curve = tables.curve
    if curve is None or curve.empty or curve["covered_share"].isna().any():
        return None if tables.sites is None else charts.curve_of_sites(tables.sites)
    return curve


def _picture(name: str, content: bytes, **words: Any) -> Picture:  # noqa: ANN401  (any value of a text)
    """Return a picture with its caption from the catalogue."""
    return Picture(caption=label(f"report.brief_figure_{name}", **words), content=content)


def render(brief: Brief, template: bytes, *, date: dt.date, name: str | None = None) -> bytes:
    """Return a brief as a Word file, the same to the byte for the same content.

    Parameters
    ----------
    brief
        Its content.
    template
        Word file with the fields of :class:`~livelihood_map.report.content.Brief` in braces.
    date
        Date recorded in the file.
    name
        Name of a template of the office, which may ask for anything; None for ours.

    Raises
    ------
    TemplateError
        When the office's template is no Word file, leads to other files, names a field that does
        not exist, or asks for more than a brief can need.
    """
    from livelihood_map.report.template_limits import fault_of_file, fault_of_running

    if name is None:
        return _filled(brief, template, date)
    fault = fault_of_file(template)
    if fault is not None:
        raise TemplateError("report.template_unfit", path=name, reason=fault)
    try:
        return _filled(brief, template, date)
    except MemoryError:
        raise
    except Exception as error:  # a template makes docxtpl, python-docx and jinja2 raise anything
        reason = fault_of_running(error)
        traceback.clear_frames(error.__traceback__)  # python-docx leaves its archive open there
        raise TemplateError("report.template_unfit", path=name, reason=reason) from error


def _filled(brief: Brief, template: bytes, date: dt.date) -> bytes:
    """Return a template filled in with a brief."""
    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage

    from livelihood_map.report.template_limits import BriefMachine

    document = DocxTemplate(BytesIO(template))
    fields = dict(vars(brief))
    document.init_docx()
    fields["pictures"] = [
        {
            "caption": picture.caption,
            "image": InlineImage(document, BytesIO(picture.content), width=Mm(PICTURE_MM)),
        }
        for picture in brief.pictures
    ]
    document.render(fields, jinja_env=BriefMachine())
    properties = document.docx.core_properties
    properties.title, properties.author = brief.title, "livelihood_map"
    moment = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    properties.created = properties.modified = moment
    held = BytesIO()
    document.save(held)
    return _fixed(held.getvalue())


def _fixed(content: bytes) -> bytes:
    """Return a Word file without the clock that its archive holds."""
    held = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(held, "w") as target:
        for item in source.infolist():
            entry = zipfile.ZipInfo(item.filename, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(item))
    return held.getvalue()


def _read(path: Path) -> bytes:
    """Return the content of a template of the office."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise TemplateError("report.template_absent", path=str(path)) from error
