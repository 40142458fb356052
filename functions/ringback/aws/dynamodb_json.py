"""Send DynamoDB's batch calls as plain JSON.

botocore walks through every attribute of every item by its model, on the way out and back. That takes longer than
sending the delivery that the item describes, and changes nothing, because our items already are DynamoDB's JSON. So
handlers of botocore's events write and read the bodies; signing, retries, time-outs and errors stay with botocore. If a
release lacks one of the events, botocore serializes as usual.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.client import BaseClient

OPERATIONS = ("BatchGetItem", "BatchWriteItem", "BatchExecuteStatement")

_SET_ASIDE = "ringback.parameters"
_BINARY = re.compile(rb'\{\s*"BS?"')


def speak_json(dynamodb: "BaseClient") -> None:
    """Have *dynamodb* write and read `OPERATIONS` without looking at each attribute."""
    events = dynamodb.meta.events
    for operation in OPERATIONS:
        events.register(f"provide-client-params.dynamodb.{operation}", _set_aside)  # type: ignore[arg-type] # of its stubs
        events.register(f"before-call.dynamodb.{operation}", _write)
        events.register(f"before-parse.dynamodb.{operation}", _read)


def _set_aside(params: Mapping[str, Any], context: dict[str, Any], **_: object) -> Mapping[str, Any]:
    """Keep *params* for `_write`; return only the names of the tables, which resolving the endpoint may need."""
    context[_SET_ASIDE] = params
    if "RequestItems" not in params:
        return {"Statements": []}
    return {"RequestItems": {table: {} for table in params["RequestItems"]}}


def _write(params: dict[str, Any], context: Mapping[str, Any], **_: object) -> None:
    params["body"] = _encode(context[_SET_ASIDE]).encode()


def _read(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
    body = response_dict["body"]
    if response_dict["status_code"] != HTTPStatus.OK:
        return
    answer = json.loads(body)
    if _BINARY.search(body):
        for item in _items(answer.get("Responses", {})):
            _open_binary(item.values())
    customized_response_dict.update(answer)
    response_dict["body"] = b"{}"


def _items(responses: Mapping[str, list[Any]] | list[Any]) -> Iterable[dict[str, Any]]:
    """Return the items in *responses*: by table, or by statement, where not every statement reads one."""
    if isinstance(responses, list):
        return (response["Item"] for response in responses if "Item" in response)
    return chain.from_iterable(responses.values())


def _open_binary(values: Iterable[dict[str, Any]]) -> None:
    """Decode binary values among *values*, at any depth."""
    for value in values:
        if "B" in value:
            value["B"] = b64decode(value["B"])
        elif "M" in value:
            _open_binary(value["M"].values())
        elif "L" in value:
            _open_binary(value["L"])
        elif "BS" in value:
            value["BS"] = [b64decode(text) for text in value["BS"]]


def _as_text(binary: bytes) -> str:
    return b64encode(binary).decode()


_encode = json.JSONEncoder(separators=(",", ":"), default=_as_text).encode
