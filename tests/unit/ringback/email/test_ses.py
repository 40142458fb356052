"""The tag that names a mail's callback to SES."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.callbacks.identifiers import parse_account
from ringback.catalog.payload import CATALOGUE
from ringback.email.ses import MAX_TAG, build_tag, parse_tag
from ringback.models import build_owner

ACCOUNTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", fullmatch=True)
FONENUMBERS = st.from_regex(r"([0-9]{10})?", fullmatch=True)


@given(ACCOUNTS, FONENUMBERS, st.sampled_from(sorted(CATALOGUE)))
def test_it_says_which_callback_that_is(account: str, fonenumber: str, event: str) -> None:
    callback = build_owner(account, fonenumber), event

    assert parse_tag(build_tag(callback)) == callback


@pytest.mark.parametrize("event", CATALOGUE)
def test_ses_takes_it_for_the_longest_account_that_there_can_be(event: str) -> None:
    tag = build_tag((build_owner(parse_account("a" * 64), "3215551212"), event))

    assert re.fullmatch("[A-Za-z0-9_-]+", tag)
    assert len(tag) <= MAX_TAG


def test_so_it_does_of_the_delivery_of_the_longest_account() -> None:
    delivery = build_owner(parse_account("a" * 64), "+123456789012345"), "0123456789abcdef" * 2

    assert parse_tag(build_tag(delivery)) == delivery
    assert len(build_tag(delivery)) <= MAX_TAG


@given(st.text())
def test_a_tag_of_somebody_else_is_none_of_ours(tag: str) -> None:
    """Nor does it make an error; and what is one of ours is written in one way."""
    callback = parse_tag(tag)

    assert callback is None or build_tag(callback) == tag


@pytest.mark.parametrize("tag", ["", "=", "a", "bWVz!2FnZXM", "_____w", "bWVzc2FnZXM", "bWVzc2FnZXN8MQ=="])
def test_what_we_did_not_write_is_not_read(tag: str) -> None:
    """No base64, no UTF-8, no owner, padding."""
    assert parse_tag(tag) is None
