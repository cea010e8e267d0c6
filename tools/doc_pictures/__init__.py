"""The pictures of README and docs, each drawn from the demo district in both languages."""

from doc_pictures.scenes import LANGS, SCENES, file_names
from doc_pictures.taking import look_alike, take_pictures

__all__ = ["LANGS", "SCENES", "file_names", "look_alike", "take_pictures"]
