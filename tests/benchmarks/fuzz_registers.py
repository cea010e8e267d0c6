"""Ten thousand broken registers: no traceback, no hang, no lost row.

Run with ``make fuzz``, or ``python tests/benchmarks/fuzz_registers.py 500`` for fewer.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from fuzzing import broken_registers, require_sound

SLOW_S = 5.0
"""CPU that no small register may take."""


def main(count: int) -> int:
    """Return 0 when every broken register is taken in or refused as it should be."""
    ends: Counter[str] = Counter()
    slowest = 0.0
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(broken_registers())
        def run(case):
            nonlocal slowest
            began = time.process_time()
            end = require_sound(folder, case)
            assert end in {"taken", "refused"}
            ends[end] += 1
            took = time.process_time() - began
            slowest = max(slowest, took)
            assert took < SLOW_S, "a register took too long"
            if sum(ends.values()) % 1000 == 0:
                print(f"{sum(ends.values())} registers: {dict(ends)}", flush=True)

        run()
    took = time.perf_counter() - started
    done = f"{sum(ends.values())} registers in {took:.0f} s: {dict(ends)}"
    print(f"{done}, slowest {slowest:.2f} s of CPU")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
