"""The PDFium functions that are called for every line, typed with plain addresses.

The stock wrappers check and wrap pointer types on every call, which doubles its cost. Handles and out-parameters are
plain integers here: a handle's address comes from `address`, out-parameters are the addresses of doubles or floats.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as pdfium

_ADDRESS = ctypes.c_void_p
_INT = ctypes.c_int


def address(handle: Any) -> int:
    """Return the address behind a PDFium handle, 0 for none."""
    return ctypes.cast(handle, _ADDRESS).value or 0


def _plain(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.CFUNCTYPE(result, *arguments)(address(function))


count_rects = _plain(pdfium.FPDFText_CountRects, _INT, _ADDRESS, _INT, _INT)
get_rect = _plain(pdfium.FPDFText_GetRect, _INT, _ADDRESS, _INT, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)
get_char_box = _plain(pdfium.FPDFText_GetCharBox, _INT, _ADDRESS, _INT, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)
get_origin = _plain(pdfium.FPDFText_GetCharOrigin, _INT, _ADDRESS, _INT, _ADDRESS, _ADDRESS)
get_text_object = _plain(pdfium.FPDFText_GetTextObject, _ADDRESS, _ADDRESS, _INT)
get_matrix = _plain(pdfium.FPDFText_GetMatrix, _INT, _ADDRESS, _INT, _ADDRESS)
get_font_size = _plain(pdfium.FPDFText_GetFontSize, ctypes.c_double, _ADDRESS, _INT)
get_font = _plain(pdfium.FPDFTextObj_GetFont, _ADDRESS, _ADDRESS)
get_font_name = _plain(pdfium.FPDFFont_GetBaseFontName, ctypes.c_size_t, _ADDRESS, _ADDRESS, ctypes.c_size_t)
get_render_mode = _plain(pdfium.FPDFTextObj_GetTextRenderMode, _INT, _ADDRESS)
get_text = _plain(pdfium.FPDFText_GetText, _INT, _ADDRESS, _INT, _INT, _ADDRESS)
count_objects = _plain(pdfium.FPDFPage_CountObjects, _INT, _ADDRESS)
get_object = _plain(pdfium.FPDFPage_GetObject, _ADDRESS, _ADDRESS, _INT)
get_object_type = _plain(pdfium.FPDFPageObj_GetType, _INT, _ADDRESS)
get_bounds = _plain(pdfium.FPDFPageObj_GetBounds, _INT, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)
