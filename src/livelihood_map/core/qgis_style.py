"""How a layer looks in QGIS: its default style inside the GeoPackage, and a project beside it.

The table ``layer_styles`` is the one that QGIS writes and reads; it applies the default style in it
when it opens the layer. See the QGIS documentation, "Saving and sharing layer properties".
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

VERSION: Final = "3.34.0"
"""The long-term release whose project format is written."""
STYLE_COLUMNS: Final = (
    "id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
    "f_table_catalog TEXT(256)",
    "f_table_schema TEXT(256)",
    "f_table_name TEXT(256)",
    "f_geometry_column TEXT(256)",
    "styleName TEXT(30)",
    "styleQML TEXT",
    "styleSLD TEXT",
    "useAsDefault BOOLEAN",
    "description TEXT",
    "owner TEXT(30)",
    "ui TEXT(30)",
    "update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))",
)
_OPACITY: Final = 0.75


@dataclass(frozen=True)
class StyleClass:
    """One class of a layer of polygons.

    Parameters
    ----------
    name
        What the legend says.
    column, value
        The class holds where the column has this value.
    fill, line
        Colours, ``#rrggbb``.
    """

    name: str
    column: str
    value: float
    fill: str
    line: str


@dataclass(frozen=True)
class ProjectLayer:
    """One layer of a project.

    Parameters
    ----------
    name
        What the list of layers says.
    source
        File beside the project, with the layer inside it and what it is restricted to, as OGR
        writes it.
    classes
        Its classes.
    is_shown
        Whether it is switched on at first.
    """

    name: str
    source: str
    classes: Sequence[StyleClass]
    is_shown: bool


def with_default_style(
    content: bytes, *, layer: str, name: str, classes: Sequence[StyleClass], date: dt.date
) -> bytes:
    """Return a GeoPackage with the style of its layer inside, as the default.

    Parameters
    ----------
    content
        The GeoPackage, without a table of styles.
    layer
        Name of the layer.
    name
        Name of the style.
    classes
        Its classes, the one that is drawn on top first.
    date
        Date recorded for the style.

    Raises
    ------
    sqlite3.Error
        When the content is no GeoPackage, or has no such layer.
    """
    moment = f"{date.isoformat()}T00:00:00.000Z"
    book = sqlite3.connect(":memory:")
    try:
        book.deserialize(content)
        (geometry,) = book.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
        ).fetchone()
        book.execute(f"CREATE TABLE layer_styles ({', '.join(STYLE_COLUMNS)})")
        row = ("", "", layer, geometry, name[:30], style_qml(classes), style_sld(layer, classes),
               1, name, "", None, moment)  # fmt: skip
        marks = ", ".join("?" * len(row))
        names = ", ".join(column.split()[0] for column in STYLE_COLUMNS[1:])
        book.execute(f"INSERT INTO layer_styles ({names}) VALUES ({marks})", row)  # noqa: S608  (our own names)
        book.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description,"
            " last_change, srs_id) VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
            (moment,),
        )
        book.commit()
        return book.serialize()
    finally:
        book.close()


def style_qml(classes: Sequence[StyleClass]) -> str:
    """Return the style as QGIS writes it."""
    root = ET.Element("qgis", version=VERSION, styleCategories="Symbology")
    root.append(_renderer(classes))
    return "<!DOCTYPE qgis>\n" + ET.tostring(root, encoding="unicode")


def _renderer(classes: Sequence[StyleClass]) -> ET.Element:
    """Return the rules by which features are drawn, the larger values below the smaller ones."""
    renderer = ET.Element(
        "renderer-v2", type="RuleRenderer", forceraster="0", symbollevels="0", enableorderby="1"
    )
    rules = ET.SubElement(renderer, "rules", key="root")
    symbols = ET.SubElement(renderer, "symbols")
    for number, one in enumerate(classes):
        where = f'"{one.column}" = {one.value:g}'
        ET.SubElement(
            rules, "rule", key=f"class-{number}", filter=where, label=one.name, symbol=str(number)
        )
        symbols.append(_symbol(one, str(number)))
    order = ET.SubElement(renderer, "orderby")
    for column in dict.fromkeys(one.column for one in classes):
        ET.SubElement(order, "orderByClause", asc="0", nullsFirst="0").text = f'"{column}"'
    return renderer


def _symbol(one: StyleClass, name: str) -> ET.Element:
    """Return the fill of a class."""
    symbol = ET.Element(
        "symbol", type="fill", name=name, alpha=f"{_OPACITY:g}", clip_to_extent="1", force_rhr="0"
    )
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill"}, enabled="1", locked="0")
    layer.set("pass", "0")
    values = {
        "color": _rgba(one.fill),
        "outline_color": _rgba(one.line),
        "outline_style": "solid",
        "outline_width": "0.2",
        "outline_width_unit": "MM",
        "style": "solid",
    }
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in values.items():
        ET.SubElement(options, "Option", type="QString", name=key, value=value)
    return symbol


def _rgba(colour: str) -> str:
    """Return a colour as QGIS writes it.

    Examples
    --------
    >>> _rgba("#aab5df")
    '170,181,223,255'
    """
    return ",".join([*(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)), "255"])


def style_sld(layer: str, classes: Sequence[StyleClass]) -> str:
    """Return the style as other programs read it: Styled Layer Descriptor 1.0, largest first."""
    spaces = {
        "xmlns": "http://www.opengis.net/sld",
        "xmlns:ogc": "http://www.opengis.net/ogc",
        "version": "1.0.0",
    }
    root = ET.Element("StyledLayerDescriptor", spaces)
    named = ET.SubElement(root, "NamedLayer")
    ET.SubElement(named, "Name").text = layer
    style = ET.SubElement(ET.SubElement(named, "UserStyle"), "FeatureTypeStyle")
    for one in sorted(classes, key=lambda one: -one.value):
        rule = ET.SubElement(style, "Rule")
        ET.SubElement(rule, "Name").text = one.name
        equal = ET.SubElement(ET.SubElement(rule, "ogc:Filter"), "ogc:PropertyIsEqualTo")
        ET.SubElement(equal, "ogc:PropertyName").text = one.column
        ET.SubElement(equal, "ogc:Literal").text = f"{one.value:g}"
        polygon = ET.SubElement(rule, "PolygonSymbolizer")
        for part, key, colour in (("Fill", "fill", one.fill), ("Stroke", "stroke", one.line)):
            holder = ET.SubElement(polygon, part)
            ET.SubElement(holder, "CssParameter", name=key).text = colour
            if part == "Fill":
                ET.SubElement(holder, "CssParameter", name="fill-opacity").text = f"{_OPACITY:g}"
    return ET.tostring(root, encoding="unicode")


def project_content(title: str, layers: Sequence[ProjectLayer]) -> str:
    """Return a QGIS project of polygon layers in EPSG:4326 that lie beside it.

    Parameters
    ----------
    title
        Title of the project.
    layers
        Its layers, the uppermost first.
    """
    root = ET.Element("qgis", version=VERSION, projectname=title)
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "projectCrs").append(_crs())
    tree = ET.SubElement(root, "layer-tree-group")
    held = ET.SubElement(root, "projectlayers")
    for number, one in enumerate(layers):
        layer_id, source = f"layer_{number}", f"./{one.source}"
        ET.SubElement(
            tree, "layer-tree-layer", id=layer_id, name=one.name, providerKey="ogr", source=source,
            checked="Qt::Checked" if one.is_shown else "Qt::Unchecked", expanded="1",
        )  # fmt: skip
        layer = ET.SubElement(held, "maplayer", type="vector", geometry="Polygon")
        ET.SubElement(layer, "id").text = layer_id
        ET.SubElement(layer, "datasource").text = source
        ET.SubElement(layer, "layername").text = one.name
        ET.SubElement(layer, "srs").append(_crs())
        ET.SubElement(layer, "provider", encoding="UTF-8").text = "ogr"
        layer.append(_renderer(one.classes))
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _crs() -> ET.Element:
    """Return EPSG:4326 as a project names it."""
    crs = ET.Element("spatialrefsys")
    for key, value in (("authid", "EPSG:4326"), ("srid", "4326"), ("srsid", "3452")):
        ET.SubElement(crs, key).text = value
    return crs
