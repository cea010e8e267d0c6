"""15-minute convenience circles: who can walk to what, and where the next outlets belong."""

from __future__ import annotations

__version__ = "0.1.0"
