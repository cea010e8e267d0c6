"""A district's process that the system ends: at its first try, or at every one."""

import json
import os
import signal
import sys
from pathlib import Path

task = json.loads(sys.stdin.read())
mark = Path(task["settings"])
if not mark.exists() or mark.read_text() == "always":
    if not mark.exists():
        mark.write_text("once")
    os.kill(os.getpid(), signal.SIGKILL)
Path(task["told"]).write_text(json.dumps({"status": "done", "computed_n": 3}))
