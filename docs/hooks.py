"""Pages of the documentation that are written from the program itself.

MkDocs calls `on_files`; the tests call the functions below to compare pages with the program.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import stage_parts
from notebook_pages import SOURCES, in_language, notebook_pages

import livelihood_map as lm
from livelihood_map.cli import build_cli
from livelihood_map.core.labels import LANGS, label, name_of, use_lang
from livelihood_map.core.schema import column_meaning, data_dictionary
from livelihood_map.core.settings import Settings
from livelihood_map.core.standards import load_standard
from livelihood_map.core.tables import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

LICENCES = Path(__file__).parents[1] / "tools" / "supply_chain" / "licences.toml"
TABLES_ALONE = ("awkward_files", "benchmarks")
"""Pages that are written by a program, whose Chinese twin differs in its head alone."""
CHINESE_HEADS = {
    "commands": ("命令", "由程序写出，与 `livelihood-map --help` 相同；每条命令先英文、后中文，参数表右列为中文说明。"),
    "settings": (
        "设置",
        "由程序写出，右列为中文说明。设置文件为 TOML，路径以设置文件所在目录为准；不认识的名称会被拒绝，并提示最接近的一个。"
        "`livelihood-map init my-district` 写出带注释的设置文件。",
    ),
    "tables": (
        "数据表",
        "由数据表的约定写出，右列为中文含义，`livelihood-map tables` 显示相同内容。长度为米（`_m`），时间为分钟（`_min`），"
        "面积为平方米（`_m2`），比例为 0–1（`_share`），个数为 `_n`。各表存为 `out/tables/` 下的 (Geo)Parquet。",
    ),
    "standards": (
        "标准与出处",
        "由 `data/standards/cn-15min.toml` 写出，英文在前，中文在后。有据（firm）：读到原文或逐字转载；报道（press）：见于报道；"
        "有争议（contested）：各出处不一；旧规（dated）：曾有规定而年代较久；本项目选择（ours）：没有找到规定。没有依据的一律不作规范显示。",
    ),
    "parts": ("组件与许可证", "运行本程序所安装的组件及其许可证；版本和校验和见 `requirements.lock`。"),
    "awkward_files": (
        "特殊文件",
        "损坏、错误或恶意的文件，以及程序对每个文件的说明（左为情形，其次为中文说明）。全部由测试逐一验证，由 `make awkward` 写出。",
    ),
    "benchmarks": (
        "性能与核对",
        "由 `make bench` 等写出：网页的大小和打开时间、步行计算与其他工具的对照、选址与 spopt、HiGHS 及已发表实例的对照、读取文件、"
        "整区和整市运行的时间与内存。各表为实测数字，说明为英文。",
    ),
}
"""Title and first lines of the Chinese pages that hold the tables of an English one."""
WRITTEN = re.compile("<!-- written: ([a-z]+) -->")
"""Where a page has a part that is written from the declarations of the stages."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Return the files of the site with the generated pages among them."""
    from mkdocs.structure.files import File

    for name, page in pages().items():
        files.append(File.generated(config, f"reference/{name}.md", content=page))
        files.append(File.generated(config, f"zh/{name}.md", content=chinese_twin(name, page)))
    for name in TABLES_ALONE:
        page = (Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8")
        files.append(File.generated(config, f"zh/{name}.md", content=chinese_twin(name, page)))
    for lang, folder in (("en", "notebooks"), ("zh", "zh/notebooks")):
        for name, content in notebook_pages(lang):
            files.append(File.generated(config, f"{folder}/{name}", content=content))
    return files


def generated_pages() -> set[str]:
    """Return the paths of the pages that `on_files` writes."""
    twins = {f"zh/{name}.md" for name in CHINESE_HEADS}
    own = {f"reference/{name}.md" for name in pages()}
    folders = ("notebooks", "zh/notebooks")
    books = {f"{folder}/{one.stem}.md" for one in SOURCES.glob("*.ipynb") for folder in folders}
    return twins | own | books | {f"{folder}/index.md" for folder in folders}


def chinese_twin(name: str, page: str) -> str:
    """Return a page whose tables speak both languages, or are figures, under a Chinese head."""
    title, intro = CHINESE_HEADS[name]
    first = re.search(r"^(## |<!-- |\| )", page, re.MULTILINE)
    body = page[first.start() :] if first else ""
    return f"# {title}\n\n{intro}\n\n{body}"


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    """Return a page with its written parts; that of the Python names gets an entry for each."""
    if page.file.src_uri == "reference/api.md":
        names = sorted(lm._HOMES.items())
        return markdown + "\n".join(f"::: livelihood_map.{home}.{name}\n" for name, home in names)
    lang = "zh" if page.file.src_uri.startswith("zh/") else "en"
    return WRITTEN.sub(lambda found: stage_parts.parts(lang, setting_names())[found[1]], markdown)


def pages() -> dict[str, str]:
    """Return the generated pages by name."""
    return {
        "commands": commands_page(),
        "settings": settings_page(),
        "tables": tables_page(),
        "standards": standards_page(),
        "parts": parts_page(),
    }


def _row(*cells: object) -> str:
    """Return one row of a Markdown table."""
    return (
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
    )


def _head(*cells: str) -> list[str]:
    return [_row(*cells), _row(*["---"] * len(cells))]


# ---- commands ----


def commands_page() -> str:
    """Return the page of all commands with their help in both languages."""
    lines = [
        "# Commands",
        "",
        "Written from the program; `livelihood-map --help` says the same.",
        "",
    ]
    helps: dict[str, click.Group] = {}
    for lang in LANGS:
        with use_lang(lang):
            helps[lang] = build_cli()
    lines += _parameters("livelihood-map", helps["en"], helps["zh"])
    for name, command in helps["en"].commands.items():
        lines += _parameters(f"livelihood-map {name}", command, helps["zh"].commands[name])
    return "\n".join(lines) + "\n"


def _parameters(title: str, english: click.Command, chinese: click.Command) -> list[str]:
    """Return one command with its parameters."""
    lines = [f"## {title}", "", english.help or "", "", chinese.help or "", ""]
    lines += _head("parameter", "help", "说明")
    for one, other in zip(english.params, chinese.params, strict=True):
        name = ", ".join(one.opts) if one.param_type_name == "option" else one.human_readable_name
        lines.append(_row(f"`{name}`", one.help, other.help))
    return [*lines, ""]


# ---- settings ----


def settings_page() -> str:
    """Return the page of all settings, from their docstrings."""
    chinese = chinese_settings()
    lines = [
        "# Settings",
        "",
        "Written from the program. A settings file is TOML; paths in it start at its folder; an unknown",
        "key is refused with the nearest known one. `livelihood-map init my-district` writes a commented",
        "file, in Chinese unless `--lang en` is given.",
        "",
    ]
    for path, section in sections(Settings):
        lines += [f"## {path}", "", section.__doc__ or "", ""]
        lines += _head("setting", "type", "default", "meaning", "说明")
        for name, kind, default, meaning in entries(section):
            setting = f"{path.strip('[]')}.{name}"
            lines.append(_row(f"`{setting}`", kind, default, meaning, chinese.get(setting, "")))
        lines.append("")
    return "\n".join(lines) + "\n"


def chinese_settings() -> dict[str, str]:
    """Return the Chinese meaning of every setting by its dotted path."""
    text = (files("livelihood_map.core") / "settings.zh.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{name}": meaning
        for section, meanings in tomllib.loads(text).items()
        for name, meaning in _flat(meanings)
    }


def _flat(meanings: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Return the texts of a table and of the tables within it."""
    for name, value in meanings.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def sections(root: type, prefix: str = "") -> Iterator[tuple[str, type]]:
    """Return every section with its header as it stands in the file."""
    for name, hint in get_type_hints(root).items():
        inner = _dataclass_in(hint)
        if inner is None:
            continue
        path = f"{prefix}.{name}".strip(".")
        is_list = getattr(hint, "__origin__", None) is list
        if any(_dataclass_in(other) is None for other in get_type_hints(inner).values()):
            yield (f"[[{path}]]" if is_list else f"[{path}]"), inner
        yield from sections(inner, path)


def setting_names() -> list[str]:
    """Return every setting by its dotted name."""
    return [
        f"{path.strip('[]')}.{name}"
        for path, section in sections(Settings)
        for name, *_ in entries(section)
    ]


def entries(section: Any) -> Iterator[tuple[str, str, str, str]]:
    """Return name, type, default and meaning of the settings of one section."""
    hints = get_type_hints(section)
    for name, field in section.__pydantic_fields__.items():
        if _dataclass_in(hints[name]) is not None:
            continue
        if field.default_factory is not None:
            default = f"`{field.default_factory()}`"
        elif field.is_required() or field.default is MISSING:
            default = "required"
        else:
            default = "–" if field.default is None else f"`{field.default!r}`"
        yield name, _type_of(hints[name]), default, field.description or ""


def _type_of(hint: Any) -> str:
    """Return a type for reading."""
    text = getattr(hint, "__name__", None) if not get_args(hint) else str(hint)
    text = (text or str(hint)).replace("typing.", "").replace("datetime.", "")
    if text.startswith("Literal") or "Literal[" in text:
        return ", ".join(f"`{word}`" for word in _literals(hint))
    return f"`{text.removesuffix(' | None')}`"


def _literals(hint: Any) -> list[str]:
    """Return the words of a closed list, however deep."""
    found: list[str] = []
    for part in get_args(hint):
        found += [part] if isinstance(part, str) else _literals(part)
    return found


def _dataclass_in(hint: Any) -> type | None:
    """Return the settings class within a type, if there is one."""
    if is_dataclass(hint) and isinstance(hint, type):
        return hint
    return next((found for part in get_args(hint) if (found := _dataclass_in(part))), None)


# ---- tables ----


def tables_page() -> str:
    """Return the data dictionary in both languages."""
    lines = [
        "# Tables",
        "",
        "Written from the schemas; `livelihood-map tables` prints the same. Lengths are metres (`_m`),",
        "times minutes (`_min`), areas square metres (`_m2`), shares 0–1 (`_share`), counts `_n`. Tables are",
        "stored as (Geo)Parquet in `out/tables/`, in a folder for each stage that makes them (see",
        "[Architecture](../architecture.md)). `coverage_after`, `residence_coverage_after` and",
        "`town_coverage_after` hold the figures with the plan carried out, the last beside those of today in",
        "columns of the same names with `_after`; `known_gates` are the gates that were given.",
        "",
    ]
    english = data_dictionary(SCHEMAS, lang="en")
    chinese = data_dictionary(SCHEMAS, lang="zh")
    for name, schema in SCHEMAS.items():
        lines += [f"## {name}", ""]
        lines += _head("column", "type", "range", "meaning", "含义")
        own = english["table"] == name
        for one, other in zip(
            english[own].to_dict("records"), chinese[own].to_dict("records"), strict=True
        ):
            kind = one["kind"] + (", may be missing" if one["is_optional"] else "")
            kind += ", key" if one["is_key"] else ""
            shown = one["range"] if one["range"] != "–" else ""
            lines.append(_row(f"`{one['column']}`", kind, shown, one["meaning"], other["meaning"]))
        if schema.geometry:
            meanings = (column_meaning(name, "geometry", lang) for lang in ("en", "zh"))
            lines.append(_row("`geometry`", ", ".join(schema.geometry), "", *meanings))
        lines.append("")
    return "\n".join(lines) + "\n"


# ---- standards ----


def standards_page() -> str:
    """Return the shipped planning standard, every figure with its source and status."""
    from livelihood_map.report.sources import list_standard

    standard = load_standard("cn-15min")
    kinds = [kind.id for kind in standard.kinds]
    lines = [
        "# Standards and sources",
        "",
        "Written from `data/standards/cn-15min.toml`. **firm**: read in the source or its verbatim copy;",
        "**press**: read in a report about it; **contested**: sources differ; **dated**: a real rule that is",
        "old; **ours**: our choice, no norm was found. Nothing that is not firm may be shown as a norm, and",
        "every report prints the rows that it used.",
        "",
    ]
    for lang in LANGS:
        with use_lang(lang):
            names = ("subject", "item", "value", "unit", "status", "source", "note")
            lines += [f"## {standard.name()}（{standard.dated}）", ""]
            lines += _head(*(label(f"report.standard_{name}") for name in names))
            for row in list_standard(standard, kinds=kinds).to_dict("records"):
                row["value"] = f"{row['value']:g}"
                lines.append(_row(*(row[name] for name in names)))
            lines += ["", f"### {name_of('core.kind', 'breakfast')}", ""]
            lines += [f"- {subtype.name()}" for subtype in standard.subtypes]
            lines.append("")
    return "\n".join(lines) + "\n"


# ---- parts ----


def parts_page() -> str:
    """Return the page of what is installed to run the program, each part with its licence."""
    content = tomllib.loads(LICENCES.read_text(encoding="utf-8"))
    lines = [
        "# Parts and licences",
        "",
        "What is installed to run the program, beside Python itself; versions and checksums stand in",
        "`requirements.lock`, and the wheel holds the same as a parts list (CycloneDX). The files that are",
        "shipped in the wheel, and how parts under copyleft are used, stand in `NOTICE`.",
        "",
        "运行本程序所安装的组件及其许可证；版本和校验和见 `requirements.lock`，安装包内另有物料清单（CycloneDX）。",
        "随安装包分发的他人文件，以及受著佐权（copyleft）约束的组件如何使用，见 `NOTICE`。",
        "",
        *_head("part 组件", "licence 许可证", "libraries inside 内含的库"),
    ]
    for name, licence in content["parts"].items():
        inside = content["inside"].get(name, {})
        held = "; ".join(f"{library}: {under}" for library, under in inside.items())
        lines.append(_row(name, licence, held))
    return "\n".join(lines)
