"""Files in, documents and blocks out; every file is documents or a reject with a reason."""

from pipeline.ingest.documents import Ingested, IngestSettings, ingest_file
from pipeline.ingest.files import CorpusFile, find_files
from pipeline.ingest.manifest import Manifest, ManifestRow, read_manifests

__all__ = [
    "CorpusFile",
    "IngestSettings",
    "Ingested",
    "Manifest",
    "ManifestRow",
    "find_files",
    "ingest_file",
    "read_manifests",
]
