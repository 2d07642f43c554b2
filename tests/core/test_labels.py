"""Enums whose members have labels."""

from __future__ import annotations

import pytest

from eventapp.core.labels import Labelled


class Fruit(Labelled):
    PEAR = "pear", "Pear"
    OTHER = "other", "Another fruit"


class Tree(Labelled):
    OTHER = "other", "Another tree"


def test_a_member_is_its_value_and_is_found_by_it():
    assert Fruit.PEAR == "pear"
    assert Fruit("pear") is Fruit.PEAR
    assert f"{Fruit.PEAR}" == Fruit.PEAR.value == "pear"
    assert "pear" in set(Fruit)


def test_members_of_two_enums_with_one_value_keep_their_own_labels():
    assert Fruit.OTHER == Tree.OTHER
    assert (Fruit.OTHER.label, Tree.OTHER.label) == ("Another fruit", "Another tree")


def test_a_member_without_a_label_is_no_member():
    with pytest.raises(TypeError, match="has no label"):

        class Bare(Labelled):
            ONE = "one"
