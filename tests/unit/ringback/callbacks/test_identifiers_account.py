"""Accounts."""

import pytest

from ringback.callbacks.identifiers import parse_account
from ringback.errors import InvalidSetting


@pytest.mark.parametrize(("given", "account"), [("a.b_c@d-e", "a.b_c@d-e"), ("0017", "0017"), (1000001, "1000001")])
def test_an_account_is_text_or_a_whole_number(given: object, account: str) -> None:
    assert parse_account(given) == account


@pytest.mark.parametrize("given", [None, "", True, 1.5, [], {}, "a#b", "*", "a b", "é", "-a", "x" * 65])
def test_nothing_else_is_an_account(given: object) -> None:
    with pytest.raises(InvalidSetting, match=r"^account: given .*; allowed: 1 to 64 letters, digits"):
        parse_account(given)
