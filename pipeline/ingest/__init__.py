"""Files in, documents and blocks out; every file is documents or a reject with a reason.

The work is in `documents`, `duplicates` and `attachments`, which are imported where there is work to do.
"""

from pipeline.ingest.files import CorpusFile, find_files
from pipeline.ingest.manifest import Manifest, ManifestRow, read_manifests
from pipeline.ingest.settings import DuplicateSettings, IngestSettings, RedactSettings

__all__ = [
    "CorpusFile",
    "DuplicateSettings",
    "IngestSettings",
    "Manifest",
    "ManifestRow",
    "RedactSettings",
    "find_files",
    "read_manifests",
]
