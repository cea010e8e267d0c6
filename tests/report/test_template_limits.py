"""A Word template may fill in fields, and nothing else."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from awkward_templates import LINKS, TEMPLATES, linked, with_part, with_text
from docx import Document
from PIL import Image

from livelihood_map.core.labels import LANGS
from livelihood_map.report import TemplateError
from livelihood_map.report.briefs import render
from livelihood_map.report.content import Brief, Picture

DOT = BytesIO()
Image.new("RGB", (2, 2)).save(DOT, "PNG")

BRIEF = Brief(
    town_id="t",
    title="某镇简报",
    subtitle="2023-06-30",
    marks=["合成示例数据"],
    overview=["共有居民三万人，" * 6],
    problems=[{"head": "（一）", "text": "菜市场 & 早餐"}],
    causes=["菜市场 & 早餐"],
    advice=[],
    attachments=[],
    signature=[],
    notes=[],
    sources=[],
    tables={},
    coverage=[{"kind": "早餐网点", "share": "91.2%"}, {"kind": "菜市场", "share": "88.0%"}],
    towns=[],
    compounds=[],
    suggestions=[],
    pictures=[Picture(caption="图", content=DOT.getvalue())],
)


def filled(content):
    """Return the paragraphs of a template filled in."""
    made = render(BRIEF, content, date=dt.date(2023, 6, 30), name="own.docx")
    return [paragraph.text for paragraph in Document(BytesIO(made)).paragraphs]


def test_there_are_twenty_and_more():
    """Each template that misbehaves has a fault of its own."""
    assert len({one.fault for one in TEMPLATES}) == len(TEMPLATES) >= 20


@pytest.mark.parametrize("template", TEMPLATES, ids=[one.fault for one in TEMPLATES])
def test_a_template_that_misbehaves_is_refused_in_words(template):
    """A template that misbehaves is refused by its name, with the reason and the remedy."""
    with pytest.raises(TemplateError, match=r"own\.docx") as caught:
        filled(template.make())
    assert caught.value.values["reason"].key == template.reason
    assert all(20 < len(caught.value.text(lang)) < 700 for lang in LANGS)


def test_a_template_may_do_what_a_brief_needs():
    """Fields, loops, choices, joined texts and the filters of the docs work as before."""
    texts = filled(
        with_text(
            "{{ title }}（{{ marks | join('、') }}）",
            "{% for row in coverage %}{{ loop.index }}{{ row.kind }}{{ row.share }}；{% endfor %}",
            "{% if suggestions %}有{% else %}无{% endif %}{{ title ~ '-' ~ 1 }}",
            "{{ causes[0] }}{{ causes | first | upper }}{{ title.replace is defined }}",
            "{{ 2 * 3 + 1 }}{{ 7.26 | round(1) }}{{ title | replace('某', '张') }}",
        )
    )
    assert texts == [
        "某镇简报（合成示例数据）",
        "1早餐网点91.2%；2菜市场88.0%；",
        "无某镇简报-1",
        "菜市场 & 早餐菜市场 & 早餐False",
        "77.3张镇简报",
    ]


def test_a_plain_link_to_a_page_is_no_fault():
    """A link that a reader may click is no picture that a program fetches."""
    assert filled(with_part(LINKS, linked("hyperlink", "http://www.shmh.gov.cn/"))) == ["某镇简报"]
