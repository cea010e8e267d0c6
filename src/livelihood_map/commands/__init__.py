"""What a command answers beyond a run, from the tables of a run."""

from livelihood_map.commands.answers import ask, find_question

__all__ = ["ask", "find_question"]
