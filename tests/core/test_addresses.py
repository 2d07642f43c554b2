"""Mail addresses are written as servers know them."""

from __future__ import annotations

import pytest

from eventapp.core.addresses import in_ascii


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ada+x@example.org", "ada+x@example.org"), ("events@localhost", "events@localhost"),
        ("ada@例え.jp", "ada@xn--r8jz45g.jp"), ("ada@straße.de", "ada@xn--strae-oqa.de"),
    ],
)  # fmt: skip
def test_a_domain_in_any_script_is_written_in_ascii(address: str, written: str) -> None:
    assert in_ascii(address) == written


@pytest.mark.parametrize("address", ["日本@例え.jp", "ada@例 え.jp", "ada@⁂"])
def test_what_no_letter_can_go_to_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own sentences
        in_ascii(address)
