"""Sheets of badges and labels as they are sold: plain values, in millimetres."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

A4 = (210.0, 297.0)
LETTER = (215.9, 279.4)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where badges are on a page: the size of one, how many, the first one's corner, and the step to the next."""

    key: str
    label: str
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    step_x: float = 0.0
    step_y: float = 0.0
    page_width: float = A4[0]
    page_height: float = A4[1]
    offset_x: float = 0.0
    offset_y: float = 0.0

    @property
    def on_a_page(self) -> int:
        """How many badges a page has."""
        return self.columns * self.rows

    def moved(self, x: float, y: float) -> Sheet:
        """The sheet for a printer that prints so many millimetres too far to the left and too high."""
        return replace(self, offset_x=x, offset_y=y)

    def fits(self) -> bool:
        """Whether all badges are on the page."""
        right = self.left + (self.columns - 1) * self.step_x + self.width
        bottom = self.top + (self.rows - 1) * self.step_y + self.height
        apart = (self.columns == 1 or self.step_x >= self.width) and (self.rows == 1 or self.step_y >= self.height)
        return apart and right <= self.page_width + 0.01 and bottom <= self.page_height + 0.01

    def values(self) -> dict[str, Any]:
        """The values that the template takes."""
        return asdict(self)


def _label(key: str, label: str, width: float, height: float) -> Sheet:
    """A roll of labels: one on a page."""
    return Sheet(key, label, width, height, page_width=width, page_height=height)


# Sizes of the makers' public templates; the first by arithmetic from the usual Japanese business card.
SHEETS = (
    Sheet("card", "91 × 55 mm, A4 (10)", 91, 55, 2, 5, 14, 11, 91, 55),
    Sheet("a7", "105 × 74 mm, A4 (8)", 105, 74.25, 2, 4, 0, 0, 105, 74.25),
    Sheet("l4784", "80 × 50 mm, Avery L4784, A4 (10)", 80, 50, 2, 5, 18, 13, 95, 55),
    Sheet("c32011", "85 × 54 mm, Avery C32011, A4 (10)", 85, 54, 2, 5, 15, 13.5, 95, 54),
    Sheet("l7165", "99 × 68 mm, Avery L7165, A4 (8)", 99.1, 67.7, 2, 4, 4.7, 13, 101.6, 67.7),
    Sheet("5395", "86 × 59 mm, Avery 5395, Letter (8)", 85.7, 59.3, 2, 4, 17.5, 14.8, 95.25, 63.5, *LETTER),
    _label("62x100", "100 × 62 mm, label roll", 100, 62),
    _label("62x29", "62 × 29 mm, label roll", 62, 29),
)
BY_KEY = {sheet.key: sheet for sheet in SHEETS}
