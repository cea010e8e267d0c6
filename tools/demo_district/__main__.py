"""``python -m demo_district FOLDER``, with `tools` on the path: write the demo district again."""

from __future__ import annotations

import sys

from demo_district import build_demo

if __name__ == "__main__":
    sys.stdout.write(f"{build_demo(sys.argv[1])}\n")
