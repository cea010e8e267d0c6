"""Check the types; run as ``python -m page_types`` with ``tools`` on the path."""

from __future__ import annotations

import sys

from page_types.checking import CompilerMissingError, check_types, is_required


def main() -> int:
    """Return 1 when types do not hold, or, where checks are required, without the compiler."""
    try:
        holds, said = check_types()
    except CompilerMissingError as error:
        sys.stderr.write(f"page types not checked: {error}\n")
        return int(is_required())
    sys.stdout.write(said or "the types of the page's modules hold\n")
    return int(not holds)


if __name__ == "__main__":
    sys.exit(main())
