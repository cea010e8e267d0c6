"""What a Word template of the office may do: print fields, repeat them, choose between them.

A template is a program of a kind, and one that was sent by mail is a program of a stranger. So it
is looked at before it is opened, and what it asks for is counted while it runs: it cannot run
without end, fill the memory, reach into the program, or draw in other files.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import escape

from livelihood_map.core.errors import Problem
from livelihood_map.core.faults import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNPACKED_MAX: Final = 50_000_000
"""Bytes of all parts of a template; letterheads with pictures are a tenth of that."""
TEXT_MAX: Final = 4_000_000
"""Bytes of one part that holds text: our own are 80 KB."""
WORK_MAX: Final = 10_000_000
"""Characters that a template may put together; rounds of loops and calls count as some of them."""
ROUND: Final = 200
CALL: Final = 1_000
_FIGURE_BITS: Final = 4096
_EXPONENT_MAX: Final = 64
_DIGITS_MAX: Final = 20
_METHODS: Final = frozenset(
    ("get", "items", "keys", "values", "upper", "lower", "strip", "split", "startswith", "endswith")
)
_FILTERS: Final = (
    *("abs", "int", "float", "sum", "min", "max", "count", "length", "string", "list", "items"),
    *("capitalize", "lower", "title", "upper", "trim", "truncate", "e", "escape"),
    *("d", "default", "first", "last", "map", "select", "selectattr", "reject", "rejectattr"),
    *("dictsort", "groupby", "reverse", "sort", "unique"),
)
"""Filters whose result is no longer than what they are given."""
_MACROS: Final = re.compile(rb"macroEnabled|vbaProject", re.IGNORECASE)
_LINK: Final = re.compile(
    rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[^>]*>", re.IGNORECASE
)
_HARMLESS_LINK: Final = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")
_DRAWN_IN: Final = re.compile(r"\b(INCLUDETEXT|INCLUDEPICTURE|DDEAUTO|DDE|LINK|IMPORT|RD)\b")
_INSTRUCTION: Final = re.compile(rb"<w:(?:instrText|fldSimple)\b[^>]*>[^<]*")
_ALT_CHUNK: Final = b"<w:altChunk"


class TemplateLimitError(jinja2.TemplateRuntimeError):
    """A template asks for more than a brief can need."""


def fault_of_file(content: bytes) -> Problem | None:
    """Return why a file is no template that may be opened; None where it is.

    Parameters
    ----------
    content
        The file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            members = parts.infolist()
            if sum(one.file_size for one in members) > UNPACKED_MAX:
                return Problem("report.template_too_large", limit=f"{UNPACKED_MAX // 10**6} MB")
            names = [one.filename for one in members]
            if len(set(names)) < len(names) or "word/document.xml" not in names:
                return Problem("report.template_no_word", detail="word/document.xml")
            texts = {name: parts.read(name) for name in names if name.endswith((".xml", ".rels"))}
            parts.testzip()
    except Exception as error:  # noqa: BLE001  (zipfile and zlib raise by kind of damage)
        return Problem("report.template_no_word", detail=one_line(error))
    return _fault_of_texts(texts)


def _fault_of_texts(texts: Mapping[str, bytes]) -> Problem | None:
    """Return what the texts of a template must not hold."""
    for name, text in texts.items():
        if len(text) > TEXT_MAX:
            return Problem("report.template_too_large", limit=f"{name}: {TEXT_MAX // 10**6} MB")
        if _MACROS.search(text):
            return Problem("report.template_macros")
        fault = _fault_of_xml(text)
        if fault:
            return Problem("report.template_no_word", detail=f"{name}: {fault}")
        leads = [one for one in _LINK.findall(text) if not _HARMLESS_LINK.search(one)]
        written = b" ".join(_INSTRUCTION.findall(text)).decode("utf-8", "replace")
        leads += [one.encode() for one in _DRAWN_IN.findall(written)]
        if leads or _ALT_CHUNK in text:
            shown = (leads or [_ALT_CHUNK])[0].decode("utf-8", "replace")
            return Problem("report.template_leads_out", value=shown[:200])
    return None


def _fault_of_xml(text: bytes) -> str:
    """Return where XML is broken; empty where it is not. No Word file declares entities."""
    if b"<!" in text.replace(b"<!--", b""):
        return "<!DOCTYPE"
    try:
        expat.ParserCreate().Parse(text, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        return one_line(error)
    return ""


def fault_of_running(error: Exception) -> Problem:
    """Return why a template could not be filled in.

    Parameters
    ----------
    error
        What jinja2, docxtpl or python-docx raised.
    """
    if isinstance(error, (TemplateLimitError, RecursionError)):
        return Problem("report.template_endless")
    if isinstance(error, jinja2.TemplateNotFound):
        return Problem("report.template_leads_out", value=str(error))
    if isinstance(error, SecurityError):
        return Problem("report.template_forbidden", detail=one_line(error))
    return Problem("report.template_broken", detail=one_line(error))


class BriefMachine(SandboxedEnvironment):
    """Fills in one template, and counts what that costs.

    Raises
    ------
    TemplateLimitError
        From rendering, when a template repeats or puts together too much.
    """

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self) -> None:
        super().__init__(
            autoescape=True, undefined=jinja2.StrictUndefined, loader=jinja2.DictLoader({})
        )
        self.globals.clear()
        own = {"join": self._joined, "replace": self._replaced, "round": self._rounded}
        self.filters = {name: self.filters[name] for name in _FILTERS} | own
        self.filters[_COUNTED] = self._counted
        self._left = WORK_MAX

    def _spend(self, work: int) -> None:
        """Count some work."""
        self._left -= work
        if self._left < 0:
            raise TemplateLimitError

    def concat(self, parts: Iterable[str]) -> str:
        """Return texts put together, each of them counted as it comes."""
        kept = []
        for part in parts:
            self._spend(len(part) + 1)
            kept.append(part)
        return "".join(kept)

    def call(self, context: Any, called: Any, /, *args: Any, **values: Any) -> Any:  # noqa: ANN401
        """Return what a macro or method gives; each call counts."""
        self._spend(CALL)
        return super().call(context, called, *args, **values)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Return what an operator gives, where that cannot grow without bounds."""
        self._spend(ROUND)
        if operator == "%" and isinstance(left, str):
            raise TemplateLimitError
        if operator == "**" and abs(right) > _EXPONENT_MAX:
            raise TemplateLimitError
        for one, other in ((left, right), (right, left)):
            if hasattr(one, "__len__"):
                self._spend(len(one) * (max(other, 0) if isinstance(other, int) else 1))
            elif isinstance(one, int) and one.bit_length() > _FIGURE_BITS:
                raise TemplateLimitError
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401, ARG002
        """Return whether a template may read an attribute: those of a loop and a few of texts."""
        if attr.startswith("_"):
            return False
        return isinstance(obj, LoopContext) or attr in _METHODS

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:  # noqa: ANN401
        """Return the code of a template whose repetitions are counted."""
        counted = _Counting().visit(source)
        counted.set_environment(self)
        return super()._generate(counted, *args, **options)

    def _counted(self, items: Iterable[object]) -> Iterable[object]:
        """Return what a template repeats over; each round is a step."""
        for item in items:
            self._spend(ROUND)
            yield item

    def _joined(self, items: Iterable[object], between: object = "") -> str:
        """Return texts put together with a text between them."""
        texts = [escape(item) for item in items]
        gap = escape(between)
        self._spend(sum(map(len, texts)) + len(gap) * len(texts))
        return gap.join(texts)

    def _replaced(self, text: object, old: str, new: str) -> str:
        """Return a text with a piece of it replaced everywhere."""
        whole = escape(text)
        self._spend((len(whole) + 1) * (len(new) + 1))
        return whole.replace(old, new)

    def _rounded(self, value: float, precision: int = 0) -> float:
        """Return a number rounded to so many digits."""
        return round(value, max(min(precision, _DIGITS_MAX), -_DIGITS_MAX))


_COUNTED: Final = " counted"
"""Name of the filter that counts; no template can write it."""


class _Counting(NodeTransformer):
    """Has each repetition counted, and texts that are put together as well."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  (named by jinja2)
        """Return the loop over counted items."""
        self.generic_visit(node)
        node.iter = self._filtered(node.iter, _COUNTED)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  (named by jinja2)
        """Return the parts of ``~`` joined by the filter that counts."""
        self.generic_visit(node)
        return self._filtered(nodes.List(node.nodes, lineno=node.lineno), "join")

    @staticmethod
    def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
        return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)
