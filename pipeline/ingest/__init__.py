"""Files in, documents and blocks out; every file is documents or a reject with a reason."""

from pipeline.ingest.attachments import attachments, with_attachments
from pipeline.ingest.documents import Ingested, IngestSettings, ingest_file
from pipeline.ingest.duplicates import DuplicateSettings, find_copies, with_copies
from pipeline.ingest.files import CorpusFile, find_files
from pipeline.ingest.manifest import Manifest, ManifestRow, read_manifests

__all__ = [
    "CorpusFile",
    "DuplicateSettings",
    "IngestSettings",
    "Ingested",
    "Manifest",
    "ManifestRow",
    "attachments",
    "find_copies",
    "find_files",
    "ingest_file",
    "read_manifests",
    "with_attachments",
    "with_copies",
]
