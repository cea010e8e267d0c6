"""Files that cannot be used are told together, with the rows of those that can."""

from __future__ import annotations

import pytest
from small_office import register, write_csv, write_office

from livelihood_map.cli import main
from livelihood_map.core.labels import LANGS


@pytest.mark.parametrize("lang", LANGS)
def test_check_names_every_file_and_every_row_at_once(tmp_path, capsys, lang):
    """Two registers without a datum and a faulty row of a third stand in one answer."""
    path = write_office(tmp_path)
    rows = register([(1, 1), (2, 12), (9, 3)], "早餐")
    rows[2][5] = "不详"
    write_csv(tmp_path / "breakfast.csv", rows)
    text = path.read_text("utf-8")
    for kind in ("wet_market", "convenience"):
        text = text.replace(f'kind = "{kind}"\ndatum = "WGS-84"', f'kind = "{kind}"')
    path.write_text(text, "utf-8")
    assert main(["check", str(path), "--lang", lang]) == 1
    said = capsys.readouterr().err
    for word in ("markets.xlsx", "hosts.csv", "breakfast.csv", "不详"):
        assert word in said, word
