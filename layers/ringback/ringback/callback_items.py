"""A callback as a DynamoDB item, and back; its password is sealed for its owner and event."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ringback.breaker import HEALTHY, Breaker
from ringback.credentials import Credentials
from ringback.formats import of_format
from ringback.models import Callback, CallbackType, Method, account_and_fonenumber
from ringback.times import iso, parse_time

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from ringback.tables import Item

FORMAT = 1
"""Of the items."""

NUMBERS_INDEX = "numbers"
"""The sparse index of the Callbacks table: by `account` and `owner`, for the list of an account's numbers."""


def to_item(callback: Callback, credentials: Credentials) -> dict[str, "AttributeValueTypeDef"]:
    """The item of *callback*; what is not set is left out.

    Raises:
        OurFault: KMS is out of reach.
    """
    texts = {
        "owner": callback.owner,
        "account": _account_of_a_number(callback.owner),
        "event": callback.event,
        "type": callback.type,
        "email": callback.email,
        "method": callback.method or "",
        "url": callback.url,
        "url_username": callback.url_username,
        "disabled": callback.disabled,
        "disabled_at": iso(callback.disabled_at) if callback.disabled_at else "",
        "refused": callback.refused,
    }
    item: dict[str, AttributeValueTypeDef] = {"format": {"N": str(FORMAT)}}
    item |= {name: {"S": text} for name, text in texts.items() if text}
    if callback.url_password:
        sealed = credentials.seal(callback.url_password, owner=callback.owner, event=callback.event)
        item["url_password"] = {"B": sealed}
    return item


def _account_of_a_number(owner: str) -> str:
    """The partition of the index; what belongs to a whole account is not on it."""
    account, fonenumber = account_and_fonenumber(owner)
    return account if fonenumber else ""


def from_item(item: "Item", credentials: Credentials) -> Callback:
    """The callback that *item* holds.

    Raises:
        OurFault: a newer release made it, it is none, KMS is out of reach, or the password is not one that this owner
            and event can open.
    """
    with of_format("a callback", item, newest=FORMAT):
        return _callback(item, credentials)


def _callback(item: "Item", credentials: Credentials) -> Callback:
    texts = {name: value["S"] for name, value in item.items() if "S" in value}
    callback = Callback(
        owner=texts["owner"],
        event=texts["event"],
        type=CallbackType(texts["type"]),
        email=texts.get("email", ""),
        method=Method(texts["method"]) if "method" in texts else None,
        url=texts.get("url", ""),
        url_username=texts.get("url_username", ""),
        disabled=texts.get("disabled", ""),
        disabled_at=parse_time(texts["disabled_at"]) if "disabled_at" in texts else None,
        refused=texts.get("refused", ""),
        breaker=breaker_of(item),
    )
    if "url_password" not in item:
        return callback
    sealed = bytes(item["url_password"]["B"])
    return replace(callback, url_password=credentials.open(sealed, owner=callback.owner, event=callback.event))


def breaker_of(item: "Item") -> Breaker:
    """The breaker on the item of a callback; `health_store` puts it there, and setting the callback takes it away."""
    if "failures" not in item:
        return HEALTHY
    return Breaker(
        failures=int(item["failures"]["N"]),
        failing_since=parse_time(item["failing_since"]["S"]),
        open_until=parse_time(item["open_until"]["S"]) if "open_until" in item else None,
        probes=int(item["probes"]["N"]) if "probes" in item else 0,
    )
