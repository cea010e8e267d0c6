"""HTML -> one file that needs nothing from outside and is allowed nothing from outside.

Every link of folium's is replaced by a vendored file or removed; any other address, inline event
handler or style attribute is refused. Then a Content-Security-Policy is written into the page
that lets exactly the scripts and styles in it run, by their hash, and forbids every request.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SourceError
from livelihood_map.mapping.assets import text_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from livelihood_map.core.labels import Lang

_URL_ATTRIBUTES: Final = frozenset(
    (
        *("src", "href", "srcset", "xlink:href", "data", "poster"),
        *("background", "action", "formaction", "ping", "manifest"),
    )
)
_STYLE_FOREIGN: Final = re.compile(r"@import|url\(\s*['\"]?(?!data:|#)", re.IGNORECASE)
_INLINE_SCRIPT: Final = re.compile(r"<script(?![^>]*json)[^>]*>(.*?)</script", re.DOTALL)
_HTML_LANG: Final = {"zh": "zh-CN", "en": "en"}
_VIEWPORT: Final = '<meta name="viewport" content="width=device-width, initial-scale=1" />'


def escape(text: str) -> str:
    """Return text for HTML content and attributes alike.

    Examples
    --------
    >>> escape('<b onclick="x">')
    '&lt;b onclick=&quot;x&quot;&gt;'
    """
    return html.escape(text, quote=True)


class _Inliner(HTMLParser):
    """Writes a page again, links replaced, everything else as it was."""

    def __init__(self, scripts: str, lang: Lang) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._all_script = scripts
        self._lang = lang
        self._inside: str | None = None
        self._skipped: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write a start tag, or the file that it links to."""
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.parts.append(f'<html lang="{_HTML_LANG[self._lang]}">')
        elif tag == "script" and "src" in values:
            self._write("script", text_for(values["src"], self._all_script))
            self._skipped = "script"
        elif tag == "link" and values.get("rel") == "stylesheet":
            self._write("style", text_for(values.get("href", ""), self._all_script))
        elif tag == "meta" and values.get("name") == "viewport":
            self.parts.append(_VIEWPORT)
        else:
            _refuse_foreign(tag, values)
            self.parts.append(self.get_starttag_text() or "")
            is_code = tag == "script" and values.get("type", "") != "application/json"
            self._inside = tag if is_code or tag == "style" else None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write an element that closes itself."""
        self.handle_starttag(tag, attrs)
        self._inside = None

    def handle_endtag(self, tag: str) -> None:
        """Write an end tag unless its element was replaced."""
        self._inside = None
        if self._skipped == tag:
            self._skipped = None
        else:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Write text; note what is script or style."""
        if self._skipped:
            return
        self.parts.append(data)
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside == "style":
            self._keep_style(data)

    def handle_entityref(self, name: str) -> None:
        """Write a named character as it was."""
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Write a numbered character as it was."""
        self.parts.append(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """Write the document type."""
        self.parts.append(f"<!{decl}>")

    def _write(self, tag: str, text: str | None) -> None:
        """Write a replaced file as an element of its own."""
        if text is None:
            return
        body = text.replace("\r\n", "\n").replace(f"</{tag}", f"<\\/{tag}")
        if tag == "style":
            self._keep_style(body)
        else:
            self.scripts.append(body)
        self.parts.append(f"<{tag}>{body}</{tag}>")

    def _keep_style(self, text: str) -> None:
        """Note a style sheet after a look for outside addresses."""
        address = _STYLE_FOREIGN.search(text)
        if address:
            url = text[address.start() : address.end() + 80]
            raise SourceError("mapping.foreign_url", url=url)
        self.styles.append(text)


def _refuse_foreign(tag: str, values: dict[str, str]) -> None:
    """Raise when an element asks for an outside address or carries inline code."""
    for name, value in values.items():
        if name in _URL_ATTRIBUTES and not value.startswith(("#", "data:")):
            raise SourceError("mapping.foreign_url", url=value)
        if name.startswith("on") or name == "style":
            raise SourceError("mapping.inline_attribute", tag=tag, name=name)
    if tag in {"iframe", "object", "embed", "base"}:
        raise SourceError("mapping.inline_attribute", tag=tag, name=tag)


def _hashes(texts: Iterable[str]) -> str:
    """Return the CSP sources that allow exactly these texts."""
    digests = (hashlib.sha256(text.encode("utf-8")).digest() for text in texts)
    return " ".join(
        dict.fromkeys(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
    )


def content_policy(
    scripts: Iterable[str], styles: Iterable[str], *, picture_hosts: Sequence[str] = ()
) -> str:
    """Return the Content-Security-Policy of a page.

    Parameters
    ----------
    scripts, styles
        Text of every inline script and style sheet.
    picture_hosts
        Origins that pictures may come from: online tiles that the user configured, else none.

    Examples
    --------
    >>> content_policy([], []).split("; ")[0]
    "default-src 'none'"
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(scripts) or chr(39) + 'none' + chr(39)}",
            f"style-src {_hashes(styles) or chr(39) + 'none' + chr(39)}",
            " ".join(("img-src data: blob:", *picture_hosts)),
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def finish_page(raw: str, *, lang: Lang, picture_hosts: Sequence[str] = ()) -> str:
    """Return the page as one file that opens with no internet.

    Parameters
    ----------
    raw
        HTML with the links of folium's and our own (``own:NAME``).
    lang
        Language of the page.
    picture_hosts
        See :func:`content_policy`.

    Raises
    ------
    SourceError
        When the page holds an address, an inline handler or an inline style that is not known,
        or a vendored file was changed.
    """
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    every_script = "\n".join(_INLINE_SCRIPT.findall(text))
    writer = _Inliner(every_script, lang)
    writer.feed(text)
    writer.close()
    page = "".join(writer.parts)
    policy = content_policy(writer.scripts, writer.styles, picture_hosts=picture_hosts)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}" />'
    head, mark, rest = page.partition("<head>")
    return f'{head}{mark}\n<meta charset="utf-8" />\n{meta}{rest}'
