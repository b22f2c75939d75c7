"""Exchange: other people's formats, in and out."""

from pipeline.exchange.content import Coding, RunContent
from pipeline.exchange.label_studio import write_label_studio
from pipeline.exchange.offsets import FLAVOURS
from pipeline.exchange.passages import Codings, GoldRow, Imported, Left, to_gold
from pipeline.exchange.qdpx import write_qdc, write_qdpx
from pipeline.exchange.read import coded_statements, codings_of, gold_of, read_codings, write_gold, write_left
from pipeline.exchange.spacy_docs import write_spacy
from pipeline.exchange.taguette import write_taguette
from pipeline.exchange.workbook import write_workbook

__all__ = [
    "FLAVOURS",
    "Coding",
    "Codings",
    "GoldRow",
    "Imported",
    "Left",
    "RunContent",
    "coded_statements",
    "codings_of",
    "gold_of",
    "read_codings",
    "to_gold",
    "write_gold",
    "write_label_studio",
    "write_left",
    "write_qdc",
    "write_qdpx",
    "write_spacy",
    "write_taguette",
    "write_workbook",
]
