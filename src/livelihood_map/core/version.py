"""The version of the package, where everything below its front door can read it."""

from typing import Final

VERSION: Final = "0.1.0"
