"""What all files for spreadsheets have in common: their types, and what a cell of a workbook can hold."""

from __future__ import annotations

import re

TABLE_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
# Options of `xlsxwriter.Workbook`: no text becomes a formula, a number or a link by itself.
WRITTEN_PLAIN = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
# What XML 1.0 forbids: a workbook with one of these is "corrupt" to Excel.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Characters in a cell (Excel's limit), and in the name of a sheet.
_LONGEST, _NAME = 32_767, 31


def sheet_name(title: str) -> str:
    """A title as the name of a sheet."""
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:_NAME].strip("' ")


def allowed(text: str) -> str:
    """A text without what a workbook can't hold."""
    return _FORBIDDEN.sub("", text)[:_LONGEST]
