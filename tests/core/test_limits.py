"""How often one visitor may do what costs."""

from __future__ import annotations

import pytest

from eventapp.core.limits import visitor


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("nonsense", "nonsense"),
    ],
)
def test_of_ipv6_a_whole_network_is_one_visitor(app, address, counted):
    """One household or server has 2⁶⁴ addresses, so a count per address would count nothing."""
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert visitor() == counted
