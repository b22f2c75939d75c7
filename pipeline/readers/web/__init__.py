"""Web pages: HTML, compressed HTML and WARC archives."""

from pipeline.readers.web.page import error_words, page_result, read_page
from pipeline.readers.web.warc import read_warc

__all__ = ["error_words", "page_result", "read_page", "read_warc"]
