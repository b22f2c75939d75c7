"""Page layout: lines with position and font become blocks in reading order."""

from pipeline.readers.layout.assemble import build_blocks
from pipeline.readers.layout.model import Box, Built, Line, PageLines

__all__ = ["Box", "Built", "Line", "PageLines", "build_blocks"]
