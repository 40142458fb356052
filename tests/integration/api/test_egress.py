"""`GET /v2/egress`: the addresses that customers let through their firewalls."""

from tests.integration.calling import OTHER_ACCOUNT, Api, calling
from tests.integration.stack import Stack


def test_without_fixed_addresses_the_answer_says_so(api: Api) -> None:
    assert api.get("/v2/egress").json == {"egress": {"fixed": False, "addresses": []}}


def test_fixed_addresses_are_listed_for_every_account(stack: Stack) -> None:
    with calling(stack, EGRESS_ADDRESSES="192.0.2.10,198.51.100.7") as api:
        answer = api.get("/v2/egress", account=OTHER_ACCOUNT)

    assert answer.json == {"egress": {"fixed": True, "addresses": ["192.0.2.10", "198.51.100.7"]}}


def test_they_are_for_accounts_alone(api: Api) -> None:
    assert api.get("/v2/egress", account=None).status == 401
