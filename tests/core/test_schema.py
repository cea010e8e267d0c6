from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point

from livelihood_map.core import tables
from livelihood_map.core.errors import SchemaError
from livelihood_map.core.schema import Column, TableSchema, data_dictionary

SHOPS = TableSchema(
    "shops",
    (
        Column("shop_id", "str"),
        Column("kind", "str", choices=("a", "b")),
        Column("area_m2", "float", is_optional=True, minimum=0),
        Column("seats_n", "int", is_optional=True),
        Column("is_open", "bool"),
        Column("some_share", "float", minimum=0, maximum=1),
    ),
    ("shop_id",),
)


def shops(**columns) -> pd.DataFrame:
    """Return two good shops with some columns replaced."""
    good = {"shop_id": ["1", "2"], "kind": ["a", "b"], "is_open": [True, False]}
    return pd.DataFrame({**good, "some_share": [0.0, 1.0], **columns})


def keys(error: pytest.ExceptionInfo[SchemaError]) -> set[str]:
    """Return the catalogue keys of an error's problems."""
    return {problem.key for problem in error.value.problems}


def test_good_table_comes_back_with_dtypes_and_order():
    """Conforming adds optional columns, sets the dtypes and renumbers the index."""
    table = SHOPS.conform(shops(extra=[1, 2]).iloc[::-1])
    assert list(table.columns) == [*SHOPS.column_names, "extra"]
    assert table.index.tolist() == [0, 1]
    assert str(table["seats_n"].dtype) == "Int64"
    assert table["area_m2"].isna().all()


def test_every_breach_is_listed_at_once():
    """One error holds all faults of a table, not only the first."""
    broken = shops(shop_id=["1", "1"], kind=["a", "c"], some_share=[-0.1, 2.0], area_m2=["x", "y"])
    with pytest.raises(SchemaError) as error:
        SHOPS.conform(broken.drop(columns="is_open"))
    assert keys(error) == {
        "core.schema_key_repeated",
        "core.schema_choice",
        "core.schema_too_small",
        "core.schema_too_large",
        "core.schema_dtype",
        "core.schema_column_missing",
    }


@pytest.mark.parametrize("value", [None, "是", 2])
def test_missing_or_odd_flag_is_never_guessed(value):
    """A flag that is neither true nor false is a breach, not false."""
    with pytest.raises(SchemaError):
        SHOPS.conform(shops(is_open=[True, value]))


def test_missing_required_text_is_a_breach():
    """A required value that is missing is named with its row."""
    with pytest.raises(SchemaError) as error:
        SHOPS.conform(shops(kind=["a", None]))
    assert keys(error) == {"core.schema_value_missing"}
    assert "1" in str(error.value)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:3857", None])
def test_geometry_lies_in_degrees_of_wgs84_or_in_metres(crs):
    """A table is in EPSG:4326 or in a CRS that measures metres, never in Web Mercator."""
    nodes = gpd.GeoDataFrame({"node_id": ["1"]}, geometry=[Point(1, 1)], crs=crs)
    with pytest.raises(SchemaError) as error:
        tables.NODES.check(nodes)
    assert len(error.value.problems) == 1


def test_wrong_and_empty_geometry_is_a_breach():
    """A geometry of another type, or none, is named."""
    shapes = [LineString([(0, 0), (1, 1)]), None]
    nodes = gpd.GeoDataFrame({"node_id": ["1", "2"]}, geometry=shapes, crs="EPSG:4549")
    with pytest.raises(SchemaError) as error:
        tables.NODES.check(nodes)
    assert keys(error) == {"core.schema_geometry_empty", "core.schema_geometry_type"}


@pytest.mark.parametrize("schema", tables.SCHEMAS.values(), ids=lambda schema: schema.name)
def test_empty_table_keeps_its_own_schema(schema):
    """Every schema accepts the empty table that it makes itself."""
    assert len(schema.check(schema.empty("EPSG:4549"))) == 0


def test_data_dictionary_names_every_column():
    """The data dictionary has one row for every column of every table."""
    expected = sum(len(schema.columns) for schema in tables.SCHEMAS.values())
    assert len(data_dictionary(tables.SCHEMAS)) == expected


def test_empty_columns_take_any_type():
    """A table without rows conforms whatever dtype its empty columns happen to have."""
    bare = gpd.GeoDataFrame(
        {"barrier_id": pd.Series(dtype="float64"), "kind": pd.Series(dtype="float64")},
        geometry=gpd.GeoSeries([], crs="EPSG:4549"),
    )
    assert tables.BARRIERS.conform(bare).dtypes["kind"] == "str"
