"""Word templates that misbehave: one fault each, with the key of the reason."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from docx import Document

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Template:
    """One template that misbehaves.

    Parameters
    ----------
    fault
        What is wrong with it.
    make
        Gives its content.
    reason
        Key of the reason for which it is refused.
    """

    fault: str
    make: Callable[[], bytes]
    reason: str


def with_text(*lines: str) -> bytes:
    """Return a Word file of these paragraphs."""
    document, held = Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(held)
    return held.getvalue()


def with_part(name: str, change: Callable[[bytes], bytes], text: str = "{{ title }}") -> bytes:
    """Return a Word file of which one part is changed or, where it is missing, added."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(with_text(text))) as old, zipfile.ZipFile(held, "w") as new:
        parts = {one: old.read(one) for one in old.namelist()}
        parts[name] = change(parts.get(name, b""))
        for one, content in parts.items():
            new.writestr(one, content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def linked(sort: str, target: str) -> Callable[[bytes], bytes]:
    """Return a change that adds a link to the outside to the links of the document."""
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{sort}"
    link = f'<Relationship Id="r99" Type="{kind}" Target="{target}" TargetMode="External"/>'
    return lambda old: old.replace(b"</Relationships>", link.encode() + b"</Relationships>")


def doubled(times: int) -> str:
    """Return a template text that doubles a text again and again."""
    steps = "".join(f"{{% set a{n + 1} = a{n} ~ a{n} %}}" for n in range(times))
    return "{% set a0 = title %}" + steps + f"{{{{ a{times} }}}}"


def nested(depth: int) -> str:
    """Return loops within loops over the characters of a text."""
    opened = "".join(f"{{% for c{n} in overview[0] %}}" for n in range(depth))
    return opened + "x" + "{% endfor %}" * depth


BODY = b"<w:body>"
LINKS, TYPES, TEXT = "word/_rels/document.xml.rels", "[Content_Types].xml", "word/document.xml"
MACRO = b"application/vnd.ms-word.document.macroEnabled.main+xml"
WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a;" * 10) for n in range(8))
    + b"]><d>&a7;</d>"
)

SAYS = {
    "loops within loops without end": (nested(9), "endless"),
    "a million rounds": ("{% for n in range(10**9) %}x{% endfor %}", "broken"),
    "a macro that calls itself": (
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "endless",
    ),
    "a macro that calls itself twice, forty deep": (
        "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(40) }}",
        "endless",
    ),
    "a text of a billion characters": ("{{ title * 1000000000 }}", "endless"),
    "a text doubled forty times": (doubled(40), "endless"),
    "a power without end": ("{{ 9 ** 999999999 }}", "endless"),
    "a width of a billion": ("{{ '%0999999999d' % 1 }}", "endless"),
    "a filter that fills up": ("{{ title | center(1000000000) }}", "broken"),
    "a division by zero": ("{{ 1 / 0 }}", "broken"),
    "the classes of Python": ("{{ title.__class__.__mro__ }}", "forbidden"),
    "the inside of a picture": (
        "{% for p in pictures %}{{ p.image.tpl.docx }}{% endfor %}",
        "forbidden",
    ),
    "a name that no brief has": ("{{ budget }}", "broken"),
    "braces that do not close": ("{{ title", "broken"),
    "a loop that does not end": ("{% for line in overview %}{{ line }}", "broken"),
    "a filter that there is not": ("{{ title | shout }}", "broken"),
    "another file, by name": ("{% include '/etc/passwd' %}", "leads_out"),
}
"""Templates by what stands in braces."""
TEMPLATES = (
    *(
        Template(fault, partial(with_text, text), f"report.template_{key}")
        for fault, (text, key) in SAYS.items()
    ),
    Template("no Word file", lambda: b"PK\x03\x04 broken", "report.template_no_word"),
    Template("no file at all", lambda: b"", "report.template_no_word"),
    Template(
        "a document cut in two",
        lambda: with_text("{{ title }}")[:9000],
        "report.template_no_word",
    ),
    Template(
        "broken XML",
        lambda: with_part(TEXT, lambda old: old.replace(b"</w:p>", b"</w:q>")),
        "report.template_no_word",
    ),
    Template(
        "entities that unfold",
        lambda: with_part("customXml/item1.xml", lambda _: BOMB),
        "report.template_no_word",
    ),
    Template(
        "macros",
        lambda: with_part(TYPES, lambda old: old.replace(WORD, MACRO)),
        "report.template_macros",
    ),
    Template(
        "60 MB of nothing",
        lambda: with_part("word/media/a.bin", lambda _: bytes(60_000_000)),
        "report.template_too_large",
    ),
    Template(
        "a text of 5 MB",
        lambda: with_part(TEXT, lambda old: old.replace(BODY, BODY + b" " * 5_000_000)),
        "report.template_too_large",
    ),
    Template(
        "a picture on another computer",
        lambda: with_part(LINKS, linked("image", "http://away.example/a.png")),
        "report.template_leads_out",
    ),
    Template(
        "a template behind the template",
        lambda: with_part(LINKS, linked("attachedTemplate", "file:///c:/a.dotm")),
        "report.template_leads_out",
    ),
    Template(
        "a field that draws in a file",
        lambda: with_part(
            TEXT,
            lambda old: old.replace(
                BODY, BODY + b'<w:p><w:r><w:instrText>INCLUDETEXT "c:\\a"</w:instrText></w:r></w:p>'
            ),
        ),
        "report.template_leads_out",
    ),
)
