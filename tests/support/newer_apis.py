"""What browsers have learnt since Chrome 80, and a script that takes it all from a page.

``newer_apis.txt`` lists globals and members by owner. It was written from MDN's browser-compat-data
8.1.9 (CC0): ``python tests/support/newer_apis.py data.json > tests/support/newer_apis.txt``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

OLDEST = 80
_LIST = Path(__file__).with_suffix(".txt")
_DELETE = """
for (const [owner, names] of Object.entries(%s)) {
  const holder = owner === "Window" ? window : window[owner];
  for (const name of holder ? names : []) {
    const own = name.replace(/_static$/, "");
    if (holder.prototype && own === name) delete holder.prototype[own]; else delete holder[own];
  }
}
"""


def deleting_script() -> str:
    """Return a script that deletes every listed name; what a page runs then runs in Chrome 80."""
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    names = {owner: rest.split() for owner, _, rest in (line.partition(":") for line in lines)}
    return _DELETE % json.dumps(names)


def _added(node: dict) -> float:
    """Return since which Chrome a feature is there without a flag; infinity where it is not."""
    support = node.get("__compat", {}).get("support", {}).get("chrome", [])
    plain = [
        one["version_added"]
        for one in (support if isinstance(support, list) else [support])
        if isinstance(one.get("version_added"), str)
        and not {"flags", "prefix", "alternative_name"} & set(one)
    ]
    versions = [one.lstrip("≤") for one in plain if one != "preview"]
    return min((float(one) for one in versions), default=float("inf"))


def newer_names(data: dict) -> dict[str, list[str]]:
    """Return the names by owner that Chrome learnt after 80; ``Window`` owns the globals."""
    found: dict[str, list[str]] = {}
    for owner, members in {**data["api"], **data["javascript"]["builtins"]}.items():
        if OLDEST < _added(members) < float("inf"):
            found.setdefault("Window", []).append(owner)
            continue
        for name, node in members.items():
            is_member = name not in {"__compat", owner} and not name.endswith("_event")
            is_member = is_member and name.removesuffix("_static").isidentifier()
            if is_member and OLDEST < _added(node) < float("inf"):
                found.setdefault(owner, []).append(name)
    return found


if __name__ == "__main__":
    names = newer_names(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    for owner in sorted(names):
        sys.stdout.write(f"{owner}: {' '.join(sorted(names[owner]))}\n")
