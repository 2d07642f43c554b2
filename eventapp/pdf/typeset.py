"""Typesets a template (templates/*.typ) with data. Data are values, never markup: nothing in a name is a command. What
no font has is left out of every text of them.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from typst import Compiler

from eventapp.pdf.fonts import FontSet

TEMPLATES = Path(__file__).parent / "templates"
COLOUR = "#234a7d"  # of bands and frames


def _compiler(template: str, data: dict[str, Any], fonts: FontSet) -> Compiler:
    values = json.dumps({"colour": COLOUR, **_printable(data, fonts), "families": fonts.families}, ensure_ascii=False)
    return Compiler(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=fonts.fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": values},
    )


def _printable(value: Any, fonts: FontSet) -> Any:
    """Data with texts that the fonts have. One character without a font would stop the whole file, and this is the one
    place that no text gets round.
    """
    if isinstance(value, str):
        return fonts.printable(value)
    if isinstance(value, dict):
        return {name: _printable(one, fonts) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one, fonts) for one in value]
    return value


def pdf(template: str, data: dict[str, Any], fonts: FontSet, *, at: datetime) -> bytes:
    """A PDF that screen readers can read (PDF/UA-1, ISO 14289-1). The same data and time give the same bytes.

    Characters that no font has are left out (FontSet.missing tells before).
    """
    made = _compiler(template, data, fonts).compile(format="pdf", pdf_standards=["ua-1"], timestamp=int(at.timestamp()))
    assert isinstance(made, bytes)
    return made


def pictures(template: str, data: dict[str, Any], fonts: FontSet) -> list[bytes]:
    """The pages as SVG, to preview them in a browser."""
    made = _compiler(template, data, fonts).compile(format="svg")
    return [made] if isinstance(made, bytes) else list(made or [])


def raster(template: str, data: dict[str, Any], fonts: FontSet) -> bytes:
    """The first page as PNG, with a pixel for each point."""
    made = _compiler(template, data, fonts).compile(format="png", ppi=72.0)
    found = made if isinstance(made, bytes) else (made or [b""])[0]
    assert found is not None
    return found


def measured(template: str, data: dict[str, Any], fonts: FontSet) -> list[dict[str, Any]]:
    """What the template says of each fitted text: `what` it is, `text`, `size` (points), and whether it is `over` its
    box.
    """
    found = json.loads(_compiler(template, data, fonts).query("<fit>", field="value"))
    return list(found)
