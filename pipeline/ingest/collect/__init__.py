"""Fetch listed documents politely into a folder that is then a corpus, with dates and publishers from the list."""

from pipeline.ingest.collect.fetch import FetchLimits
from pipeline.ingest.collect.folder import Collected
from pipeline.ingest.collect.sources import Source, read_sources
from pipeline.ingest.collect.work import CollectSettings, Tell, collect

__all__ = ["CollectSettings", "Collected", "FetchLimits", "Source", "Tell", "collect", "read_sources"]
