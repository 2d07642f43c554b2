"""Enums whose members have labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """Members are written `NAME = "value", _l("Label")`; the value is stored, the label is shown.

    The label is part of the member rather than in a separate dictionary: members of two StrEnums with the same value
    are equal as keys, and one would get the other's label.
    """

    _value_: str
    _label: object

    def __new__(cls, value: str, label: object = None) -> Self:
        # The default is for type checkers, which see the look-up `Kind("forum")` as the same call.
        if label is None:
            raise TypeError(f"{cls.__name__} {value!r} has no label")
        member = str.__new__(cls, value)
        member._value_ = value
        member._label = label
        return member

    @property
    def label(self) -> str:
        """The label in the interface's language."""
        return str(self._label)
