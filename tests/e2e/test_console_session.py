"""The console's link on the local stack: it lets in without a token, through API Gateway, for what it is made."""

from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import pytest

from local.api import Api
from local.aws.cloud import Cloud
from local.issuer import issuer
from local.paths import Paths
from tests.e2e.customer import FONENUMBER, Customer

MAKE = "/v2/accounts/console_session"
OTHER = "3215559999"


@pytest.fixture
def token(cloud: Cloud, paths: Paths, customer: Customer) -> str:
    return issuer(paths, cloud.endpoint).token(customer.account)


@pytest.fixture
def api(cloud: Cloud, token: str) -> Iterator[Api]:
    """The API as the customer's platform calls it."""
    with closing(Api(str(cloud.api), token)) as caller:
        yield caller


def session_in(api: Api, cloud: Cloud, **wanted: object) -> str:
    """Make a link, and take it apart as the console does."""
    link: str = api.call("POST", MAKE, wanted)["url"]
    url = urlsplit(urljoin(f"{cloud.api}{MAKE}", link))
    assert url._replace(fragment="").geturl() == f"{cloud.api}/console"
    return url.fragment.removeprefix("session=")


def test_a_link_lets_in_without_a_token(api: Api, cloud: Cloud, customer: Customer) -> None:
    with closing(Api(str(cloud.api), session_in(api, cloud))) as console:
        about = console.call("GET", "/session/console_session")
        fields = {"fonenumber": FONENUMBER, "type": "Callback", "method": "JSON", "url": "https://my.example.com/"}
        console.call("POST", "/session/messages/receive_notify", fields)

        assert (about["account_id"], about["read_only"], about["fonenumbers"]) == (customer.account, False, None)
        number = f"fonenumbers/{FONENUMBER}"
        assert console.call("GET", f"/session/{number}") == api.call("GET", f"/v2/{number}")
        assert console.ask("POST", "/session/accounts/signing_secret").status_code == HTTPStatus.FORBIDDEN
        assert console.ask("POST", MAKE.replace("v2", "session")).status_code == HTTPStatus.FORBIDDEN


def test_a_session_and_a_token_are_good_on_their_own_routes_alone(api: Api, cloud: Cloud) -> None:
    with closing(Api(str(cloud.api), session_in(api, cloud))) as console, closing(Api(str(cloud.api), "")) as nobody:
        statuses = [
            console.ask("GET", "/v2/fonenumbers").status_code,
            api.ask("GET", "/session/fonenumbers").status_code,
            nobody.ask("GET", "/session/fonenumbers").status_code,
            nobody.ask("GET", "/session/fonenumbers", headers={"account": "1000001"}).status_code,
        ]
        told = api.ask("GET", "/session/fonenumbers").json()["message"]

    assert statuses == [HTTPStatus.UNAUTHORIZED] * 4
    assert told.endswith("open the console again where you got its link")


def test_a_link_for_reading_one_number_shows_that_alone(api: Api, cloud: Cloud) -> None:
    for number in (FONENUMBER, OTHER):
        fields = {"fonenumber": number, "type": "Email", "email": "a@example.com"}
        api.call("POST", "/v2/messages/receive_notify", fields)
    session = session_in(api, cloud, minutes=10, read_only=True, fonenumbers=[FONENUMBER])
    with closing(Api(str(cloud.api), session)) as console:
        listed = console.call("GET", "/session/fonenumbers")["fonenumbers"]
        fields = {"fonenumber": FONENUMBER, "type": "None"}

        assert [one["fonenumber"] for one in listed] == [FONENUMBER]
        assert console.call("POST", f"/session/fonenumbers/{FONENUMBER}/messages/receive_notify/preview")["preview"]
        assert console.ask("GET", f"/session/fonenumbers/{OTHER}").status_code == HTTPStatus.NOT_FOUND
        assert console.ask("POST", "/session/messages/receive_notify", fields).status_code == HTTPStatus.FORBIDDEN


def test_a_list_goes_on_by_a_cursor_that_was_signed_and_by_no_other(api: Api) -> None:
    for number in (FONENUMBER, OTHER):
        api.call(
            "POST", "/v2/messages/receive_notify", {"fonenumber": number, "type": "Email", "email": "a@example.com"}
        )
    page = "/v2/fonenumbers?limit=1&filter=fonenumbers"
    cursor = api.call("GET", page)["cursor"]

    assert api.call("GET", f"{page}&cursor={cursor}")["fonenumbers"] == [OTHER]
    made_up = api.ask("GET", f"{page}&cursor={'B' if cursor[0] == 'A' else 'A'}{cursor[1:]}")
    assert made_up.status_code == HTTPStatus.BAD_REQUEST
    assert "leave it out to start over" in made_up.json()["message"]
