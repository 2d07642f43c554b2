"""Tables copied from spreadsheets: a quotation mark that somebody typed swallows nothing."""

from __future__ import annotations

import csv
import io

from eventapp.core.tables import pasted


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(pasted(text)), delimiter="\t"))


def test_quotation_marks_that_were_typed_stay_where_they_are():
    assert rows('Title\tDay\n"Peace" talk\t28\n"Open one\t28\r\nLast\t29\n') == [
        ["Title", "Day"],
        ['"Peace" talk', "28"],
        ['"Open one', "28"],
        ["Last", "29"],
    ]
    assert rows('"Peace"\t1\n"War"\t2') == [['"Peace"', "1"], ['"War"', "2"]]


def test_a_cell_with_lines_or_tabs_of_its_own_is_one_cell():
    assert rows('A\t"two\nlines, ""said"""\tB\n"tab\there"\tC\t') == [
        ["A", 'two\nlines, "said"', "B"],
        ["tab\there", "C", ""],
    ]


def test_empty_lines_and_nothing_at_all_are_kept():
    assert rows("A\n\nB") == [["A"], [], ["B"]] or rows("A\n\nB") == [["A"], [""], ["B"]]
    assert pasted("") == ""
