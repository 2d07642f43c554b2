"""Names for readers."""

from __future__ import annotations

import pytest

from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import NameOrder, full_name


@pytest.mark.parametrize(
    ("family", "given", "order", "name"),
    [
        ("ラブレス", "エイダ", NameOrder.GIVEN_FIRST, "エイダ・ラブレス"),
        ("キム", "ヨナ", NameOrder.FAMILY_FIRST, "キム・ヨナ"),
        ("ヴァン・ダイク", "ジョン", NameOrder.GIVEN_FIRST, "ジョン・ヴァン・ダイク"),
        ("山田", "太郎", NameOrder.GIVEN_FIRST, "山田太郎"),
        ("山田", "エミリー", NameOrder.GIVEN_FIRST, "山田エミリー"),
        ("ラブレス", "", NameOrder.GIVEN_FIRST, "ラブレス"),
    ],
)
def test_a_foreign_name_in_katakana_is_joined_by_a_dot_in_its_own_order(family, given, order, name):
    assert full_name(LocalizedText(ja=family), LocalizedText(ja=given), order, "ja").text == name
