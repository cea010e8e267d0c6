"""Every sheet and brief of the demo as LibreOffice prints it: pages, and the smallest type on them.

Run: ``make print``; ``--lang zh`` takes one language, ``--out DIR`` keeps the prints. Ends with 1
where a text, also one inside a chart, is printed below 9 pt, or a town's letter is not two pages.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from printed import LEAST_PT, convert, pages_of, type_sizes, words_of

from livelihood_map import pipeline
from livelihood_map.core.labels import label, use_lang
from livelihood_map.core.settings import load_settings

LETTER_PAGES = 2


def papers_of(folder: Path) -> list[Path]:
    """Return the workbooks and briefs of a run that are meant for paper."""
    found = [*folder.glob("*.xlsx"), *folder.glob("towns/*.xlsx"), *folder.glob("annex/**/*.xlsx")]
    found += [path for path in folder.glob("briefs/**/*.docx") if path.parent.name != "templates"]
    return sorted(path for path in found if path.name != "rejects.xlsx")


def check(folder: Path, prints: Path) -> list[str]:
    """Return what is wrong with the prints of a run, and tell pages and smallest type of each."""
    faults = []
    for path in papers_of(folder):
        place = prints / path.relative_to(folder).parent / path.suffix[1:]
        place.mkdir(parents=True, exist_ok=True)
        (page,) = convert([path], place, "pdf")
        smallest, pages_n = min(type_sizes(page)), pages_of(page)
        name = path.relative_to(folder)
        print(f"{name}: {pages_n} pages, smallest type {smallest} pt", flush=True)
        if smallest < LEAST_PT:
            faults.append(f"{name}: type of {smallest} pt")
        annex = label("report.brief_annex", number=1)
        pages = [re.sub(r"\s", "", one) for one in words_of(page).split("\f")]
        letter_n = next((n for n, one in enumerate(pages) if annex.replace(" ", "") in one), 0)
        if path.match("briefs/towns/*.docx"):
            print(f"    letter of {letter_n} pages")
            if letter_n != LETTER_PAGES:
                faults.append(f"{name}: a letter of {letter_n} pages")
    return faults


def main() -> int:
    """Return 1 when a print cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lang", choices=("zh", "en"), action="append")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--run", type=Path, help="output folder of a finished run")
    given = parser.parse_args()
    faults = []
    for lang in given.lang or ("zh", "en"):
        with tempfile.TemporaryDirectory() as folder, use_lang(lang):
            prints = (given.out or Path(folder) / "prints") / lang
            if given.run is not None:
                faults += check(given.run, prints)
                continue
            path = pipeline.write_example(Path(folder), is_demo=True)
            work = pipeline.run(load_settings(path, lang=lang))
            faults += check(work.folder, prints)
    print("\n".join(faults) or "every paper can be read")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
