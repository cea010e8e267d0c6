"""``python -m livelihood_map.demo FOLDER``: write the demonstration district again."""

from __future__ import annotations

import sys

from livelihood_map.demo import build_demo

if __name__ == "__main__":
    sys.stdout.write(f"{build_demo(sys.argv[1])}\n")
