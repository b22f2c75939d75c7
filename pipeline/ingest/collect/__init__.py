"""Fetch listed documents politely into a folder that is then a corpus, with dates and publishers from the list."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipeline.ingest.collect.limits import FetchLimits

if TYPE_CHECKING:
    from pipeline.ingest.collect.folder import Collected
    from pipeline.ingest.collect.sources import Source, read_sources
    from pipeline.ingest.collect.work import CollectSettings, Tell, collect

__all__ = ["CollectSettings", "Collected", "FetchLimits", "Source", "Tell", "collect", "read_sources"]

_HOMES = {
    "CollectSettings": "work",
    "Collected": "folder",
    "Source": "sources",
    "Tell": "work",
    "collect": "work",
    "read_sources": "sources",
}


def __getattr__(name: str) -> Any:
    """Load what fetches when it is first asked for: the command line needs the limits alone to describe itself."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
