"""Many districts in one go: each in a process of its own, the results of all side by side."""

from livelihood_map.commands.batch.running import batch

__all__ = ["batch"]
