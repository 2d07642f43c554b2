"""Which numbers of people are published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.attendance.disclosure import FEWEST, public, published, small, total_reveals
from eventapp.attendance.rules import Basis, Counts, CountStatement
from eventapp.attendance.summary import Rounding
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus


def possible(shown: dict[str, int | None], cells: dict[str, int]) -> list[dict[str, int]]:
    """All ways to fill what is hidden that fit the total, for somebody who knows the method."""
    hidden = [key for key, number in shown.items() if number is None]
    left = sum(cells.values()) - sum(number for number in shown.values() if number is not None)
    ranges = [range(1, FEWEST) if small(cells[key]) else range(FEWEST, left + 1) for key in hidden]
    return [dict(zip(hidden, one, strict=True)) for one in product(*ranges) if sum(one) == left]


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 12), min_size=2))
def test_no_small_number_is_told_by_the_total_and_the_others(cells: dict[str, int]) -> None:
    shown = published(cells)
    assert all(number in {None, cells[key]} for key, number in shown.items())
    assert not any(small(number) for number in shown.values() if number is not None)
    ways = possible(shown, cells)
    for key in (key for key, number in cells.items() if small(number)):
        assert total_reveals(cells) or len({way[key] for way in ways}) > 1, (cells, shown)
    # That the total is hidden as well is the last resort: no cell of five or more is still shown then.
    assert not total_reveals(cells) or all(number in {None, 0} for number in shown.values())


def test_nor_is_one_told_by_which_of_the_others_is_hidden() -> None:
    """The smallest one is: of 9, 9 and 4, the hidden ones make 13, and the large one of them is at most 9."""
    alike = defaultdict(list)
    for numbers in product(range(22), repeat=3):
        cells = dict(zip("abc", numbers, strict=True))
        if not total_reveals(cells):
            alike[sum(numbers), *published(cells).values()].append(numbers)
    told = [
        (group[0], at)
        for group in alike.values()
        # Below five, the total is not published; of larger ones, some that look the same are not in this list.
        if FEWEST <= sum(group[0]) <= 22
        for at in range(3)
        if small(group[0][at]) and len({numbers[at] for numbers in group}) == 1
    ]
    assert told == []


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ({"a": 310, "b": 0}, {"a": 310, "b": 0}),
        ({"a": 310, "b": 2}, {"a": None, "b": None}),
        ({"a": 310, "b": 20, "c": 2}, {"a": 310, "b": None, "c": None}),
        ({"a": 310, "b": 3, "c": 2}, {"a": 310, "b": None, "c": None}),
        ({"a": 310, "b": 1, "c": 1}, {"a": None, "b": None, "c": None}),
    ],
)
def test_as_few_cells_as_possible_are_hidden(cells: dict[str, int], shown: dict[str, int | None]) -> None:
    assert published(cells) == shown


def test_without_a_known_total_only_small_cells_are_hidden() -> None:
    assert published({"a": 310, "b": 2}, total_known=False) == {"a": 310, "b": None}


def test_a_total_that_tells_its_only_split_is_hidden_too() -> None:
    assert total_reveals({"a": 4, "b": 4})
    assert not total_reveals({"a": 4, "b": 3})


# Confirmed in person and online, waiting in person and online, checked in.
People = tuple[int, int, int, int, int]
SMALL = {
    "confirmed in person": lambda a, b, c, d, came: a,
    "confirmed online": lambda a, b, c, d, came: b,
    "confirmed": lambda a, b, c, d, came: a + b,
    "waiting in person": lambda a, b, c, d, came: c,
    "waiting online": lambda a, b, c, d, came: d,
    "waiting": lambda a, b, c, d, came: c + d,
    "checked in": lambda a, b, c, d, came: came,
    "not come": lambda a, b, c, d, came: a - came if came else 0,
}


def told(people: People) -> tuple[object, ...]:
    """What the page and the JSON say on each basis."""
    here, online, waiting, waiting_online, came = people
    states = dict.fromkeys(RegistrationStatus, 0)
    states |= {RegistrationStatus.CONFIRMED: here + online, RegistrationStatus.PENDING: waiting + waiting_online}

    def counted(basis: Basis, *modes: int) -> Counts:
        by_mode = dict.fromkeys(Mode, 0) | dict(zip((Mode.IN_PERSON, Mode.ONLINE), modes, strict=True))
        return Counts(basis, "JP", sum(modes), by_mode, states, (), (), (), (), (), 0)

    confirmed = counted(Basis.CONFIRMED, here, online)
    bases = [confirmed, counted(Basis.REGISTERED, here + waiting, online + waiting_online)]
    bases += [counted(Basis.CHECKED_IN, came, 0)] if came else []
    seen: list[object] = []
    for counts in bases:
        said = public(CountStatement(counts, Rounding.EXACTLY, datetime(2031, 3, 18, tzinfo=UTC)), confirmed)
        seen += [said.people, said.fewer, *said.by_mode.values(), *map(said.is_fewer, Mode), *said.by_status.values()]
        seen.append(said.generated)
    return tuple(seen)


def given_away(every: Iterable[People]) -> list[tuple[str, People]]:
    """The small numbers that follow from all that is told, for somebody who knows the method: of events of which others
    could be told the same but for the limit of these, nothing is said.
    """
    alike = defaultdict(list)
    for people in every:
        alike[told(people)].append(people)
    return [
        (name, group[0])
        for group in alike.values()
        if max(group[0]) <= FEWEST + 1
        for name, number in SMALL.items()
        if small(number(*group[0])) and len({number(*people) for people in group}) == 1
    ]


@pytest.mark.slow
def test_all_bases_together_with_the_states_tell_no_small_number() -> None:
    assert given_away((*people, 0) for people in product(range(10), repeat=4)) == []  # type: ignore[misc]
    came = ((a, b, 0, 0, came) for a, b in product(range(12), repeat=2) for came in range(a + 1))
    assert given_away(came) == []
