"""E-mail addresses are normalized for mail servers."""

from __future__ import annotations

import pytest

from eventapp.core.addresses import in_ascii, mailbox_key


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ada+x@example.org", "ada+x@example.org"),
        ("events@localhost", "events@localhost"),
        ("ada@例え.jp", "ada@xn--r8jz45g.jp"),
        ("ada@straße.de", "ada@xn--strae-oqa.de"),
    ],
)
def test_a_domain_in_any_script_is_written_in_ascii(address: str, written: str) -> None:
    assert in_ascii(address) == written


@pytest.mark.parametrize("address", ["日本@例え.jp", "ada@例 え.jp", "ada@⁂"])
def test_an_address_that_no_email_can_reach_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own sentences
        in_ascii(address)


@pytest.mark.parametrize(
    "written",
    [
        "Ada@Example.ORG",
        " ada@example.org ",
        "ada@example.org.",
        "ada＠example.org",
        "ａｄａ@ｅｘａｍｐｌｅ．ｏｒｇ",
        "ada@example。org",
        "ada@example｡org",
    ],
)
def test_one_mailbox_has_one_key_however_it_is_typed(written: str) -> None:
    assert mailbox_key(written) == "ada@example.org"


@pytest.mark.parametrize("written", ["ada@例え.jp", "ada@xn--r8jz45g.jp", "ADA@例え。JP", "ada@XN--R8JZ45G.jp"])
def test_a_domain_has_one_key_in_its_script_and_in_punycode(written: str) -> None:
    assert mailbox_key(written) == "ada@xn--r8jz45g.jp"


def test_points_and_plus_signs_before_the_at_are_the_owners_business() -> None:
    assert len({mailbox_key(one) for one in ("a.da@example.org", "ada@example.org", "ada+x@example.org")}) == 3


@pytest.mark.parametrize("typed", ["", "@", "nobody", "a@b@c", "ada@⁂", "ada@" + "x" * 300])
def test_what_is_no_address_has_a_key_too(typed: str) -> None:
    assert mailbox_key(typed) == typed.casefold()
