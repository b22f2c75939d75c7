"""Gold: statements coded by people, read, checked and set beside the pipeline's own."""

from pipeline.validate.align import Aligned, CodedStatement, align
from pipeline.validate.gold import CodedRow, Fault, Gold, read_gold

__all__ = ["Aligned", "CodedRow", "CodedStatement", "Fault", "Gold", "align", "read_gold"]
