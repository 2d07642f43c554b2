"""Additional identifiers for files: permanent, even if a programme moves to another database."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

if TYPE_CHECKING:  # the process that reads files starts without the database
    from eventapp.directory.models import ShownPerson

# Minutes. schedule.xml and schedule.json have no session without an hour: in our files it starts at midnight and lasts
# 24 hours, even on the day on which the clocks change.
WHOLE_DAY = 24 * 60

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBERED = re.compile(r"00000000-0000-8000-8[0-9a-f]{3}-[0-9a-f]{12}")


def session_guid(known_as: str) -> str:
    """The identifier itself if it is a UUID, in lower case as readers expect, else a UUID derived from it."""
    return known_as.lower() if _UUID.fullmatch(known_as) else str(uuid5(NAMESPACE_URL, f"eventapp:{known_as}"))


def in_room(guid: str, room: str) -> str:
    """The guid of a session in its second, third, … room: the XSD requires a different one in each."""
    return str(uuid5(NAMESPACE_URL, f"{guid}/{room}"))


def hashed(text: str, bits: int) -> int:
    """A number above 0 of at most `bits` bits, the same for the same text."""
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return digest % ((1 << bits) - 1) + 1


def numbered(guids: Iterable[str]) -> dict[str, int]:
    """A unique positive number for each guid: readers store them in 31 bits."""
    found: dict[str, int] = {}
    taken: set[int] = set()
    for guid in sorted(set(guids)):
        number = hashed(guid, 31)
        while number in taken:
            number = number % (2**31 - 1) + 1
        taken.add(number)
        found[guid] = number
    return found


def guid_of_number(number: int) -> str:
    """The UUID that contains a number of `person_number` (RFC 9562 §5.8)."""
    return str(UUID(int=(0x8 << 76) | (0x2 << 62) | (number % 2**52)))


def person_number(person: ShownPerson) -> int:
    """The number of a person in formats that only have numbers, of at most 52 bits."""
    if person.guid and _NUMBERED.fullmatch(person.guid):
        return int(person.guid.replace("-", ""), 16) % 2**52
    return hashed(person.guid or f"person:{person.code}", 52)


def person_guid(person: ShownPerson) -> str:
    """The UUID of a person: the one from another system, else one that contains the number."""
    if person.guid and _UUID.fullmatch(person.guid):
        return person.guid.lower()
    return guid_of_number(person_number(person))
