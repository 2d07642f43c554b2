"""Tickets as QR codes (ISO/IEC 18004, level M), dark on white in every theme."""

from __future__ import annotations

from io import BytesIO

from segno import QRCode, make_qr

# Modules of white around a code (ISO/IEC 18004 §6.3.8).
QUIET = 4
# The best of the eight patterns is hardly better to read, and to find it takes four times as long.
_MASK = 2


def code(text: str) -> QRCode:
    """The code of a ticket: 37 modules wide."""
    return make_qr(text, error="m", boost_error=False, mask=_MASK)


def drawn(text: str) -> str:
    """The code of a ticket as an SVG document."""
    return as_svg(code(text), border=QUIET)


def as_svg(drawing: QRCode, *, border: int) -> str:
    """A code as an SVG document without a size of its own, with so many modules of white around it."""
    file = BytesIO()
    drawing.save(file, kind="svg", border=border, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return file.getvalue().decode()
