"""`python -m bench.conflicts`: how long the check of a programme takes, with few and with many issues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

from eventapp.programme.conflicts import EventContext, RoomFacts, ScheduledSlot, check

START = datetime(2031, 3, 18, 0, 0, tzinfo=UTC)
ROOMS = {number: RoomFacts(f"Room {number}", "hall", 100) for number in range(10)}


def programme(number: int, *, every: int) -> list[ScheduledSlot]:
    """Sessions in ten rooms with three people each; every `every`-th one overlaps the previous one in its room."""
    slots = []
    for n in range(number):
        row, room = divmod(n, 10)
        start = START + timedelta(minutes=30 * row - (15 if every and n % every == 0 else 0))
        people = frozenset({n, number + n, 2 * number + n})
        slots.append(
            ScheduledSlot(f"S{n}", f"Session {n}", start, start + timedelta(minutes=30), frozenset({room}), people)
        )
    return slots


def main() -> None:
    event_context = EventContext(START - timedelta(days=1), START + timedelta(days=9), "Asia/Tokyo", ("en", "ja"))
    people = {n: f"Person {n}" for n in range(3000)}
    for title, every in (("nothing wrong", 0), ("each tenth overlaps", 11)):
        slots = programme(1000, every=every)
        taken = []
        for _ in range(15):
            begin = perf_counter()
            found = check(slots, event_context=event_context, rooms=ROOMS, people=people)
            taken.append((perf_counter() - begin) * 1000)
        print(
            f"1000 sessions, {title}: {len(found)} findings, {median(taken):.1f} ms ({min(taken):.1f}–{max(taken):.1f})"
        )


if __name__ == "__main__":
    main()
