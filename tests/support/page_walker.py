"""The page's own walking, asked from Python: in Node.js, or in a browser."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path

import livelihood_map.mapping
from livelihood_map.mapping.assets import MODULES, module_text

PAGE = Path(livelihood_map.mapping.__file__).parent / "page"
HERE = Path(__file__).parent


def node_path() -> str:
    """Return the Node.js that Playwright's wheel carries, or the one in the variable NODE."""
    from playwright._impl._driver import compute_driver_executable

    return os.environ.get("NODE") or compute_driver_executable()[0]


class NodeWalker:
    """A process of Node.js with the page's modules."""

    def __init__(self) -> None:
        command = [
            node_path(),
            str(HERE / "drive_node.mjs"),
            str(PAGE),
            str(HERE / "drive_page.js"),
        ]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, act: str, **request):
        """Return the answer to one request."""
        self.process.stdin.write(json.dumps({"act": act, **request}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"Node.js ended at {act}"
        return json.loads(line)

    def load(self, packed: bytes, *, with_sites: bool = False):
        """Take a pack."""
        return self.ask("load", bytes=base64.b64encode(packed).decode(), withSites=with_sites)

    def edit(self, name: str, *args):
        """Return what an edit of the scenario answers."""
        return self.ask("edit", name=name, args=args)

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)


class BrowserWalker(NodeWalker):
    """A tab of a browser with the page's modules as the page has them."""

    def __init__(self, tab) -> None:
        self.tab = tab
        scripts = [module_text(f"{name}.js") for name in MODULES]
        scripts.append((HERE / "drive_page.js").read_text(encoding="utf-8"))
        scripts.append(
            "var act = makeDriver({ unpackWalks, createScenario, saveChanges, openChanges,"
            " middlePoints });"
        )
        body = "".join(f"<script>{script}</script>" for script in scripts)
        tab.set_content(f"<!DOCTYPE html><title>walks</title>{body}")

    def ask(self, act: str, **request):
        """Return the answer to one request."""
        return self.tab.evaluate("(request) => act(request)", {"act": act, **request})

    def close(self) -> None:
        """Close the tab."""
        self.tab.close()
