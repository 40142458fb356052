"""Sessions of the console, asked for and used as its pages do."""

from typing import Any

from api.gateway.session_route import to_session_path
from tests.integration.calling import ACCOUNT, Answered, Api

MAKE = "/v2/accounts/console_session"
MINE, THEIRS = "3215551212", "3215559999"
EMAIL = {"type": "Email", "email": "a@example.com"}


def link(api: Api, account: str = ACCOUNT, **wanted: Any) -> Answered:
    """What a caller gets who asks for a link, in either mode."""
    return api.post(MAKE, wanted or None, account=account, headers={"account": account})


def token(api: Api, account: str = ACCOUNT, **wanted: Any) -> str:
    answer = link(api, account, **wanted)
    assert answer.status == 201, answer.text
    return str(answer.json["url"].partition("#session=")[2])


def by(api: Api, session: str | None, verb: str, path: str, body: object = None) -> Answered:
    """Call the mirror of *path* as the console does."""
    headers = {} if session is None else {"token": session}
    return api.call(verb, to_session_path(path), body, headers=headers, account=None)


def filled(api: Api) -> Api:
    """Two numbers and the account with a callback and a delivery each."""
    for number in (MINE, THEIRS):
        fields = {"fonenumber": number, **EMAIL}
        api.post("/v2/messages/receive_notify", fields, headers={"account": ACCOUNT})
    api.post("/v2/accounts/cdr_notify", {"method": "JSON", "url": "https://my.example.com/cdr"})
    return api
