"""The command, on tables and a key of moto."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operate.import_callbacks import arguments, run
from operate.importing import MAX_FAULTS
from operate.stacks import Stack as Operated
from ringback.errors import InfrastructureError
from ringback.models import Callback, CallbackType, Method
from tests.integration.calling import Api, calling
from tests.integration.stack import Stack, client

KIND = "messages/receive_notify"
OWNER = "1000001#3215551212"
URL = "https://my.example.com/?m=((msg))"
PLANTED = "planted-password"
ROW = {"account": "1000001", "number": "(321) 555-1212", "event": KIND, "type": "Callback", "method": "GET", "url": URL}
FILE = f"""\
account,number,event,type,method,url,email,url_username,url_password
1000001,+1 (321) 555-1212,{KIND},Callback,get,{URL},,bob,{PLANTED}
1000001,3215551212,faxes/receive_notify,Email,,,owner@example.com,,
1000001,+49 30 123456,{KIND},Callback,JSON,https://my.example.com/,,,
2000002,,accounts/cdr_notify,Callback,JSON,https://my.example.com/cdr,,,
"""


class Operator:
    """Somebody at a terminal, with a file."""

    def __init__(self, stack: Stack, folder: Path, screen: pytest.CaptureFixture[str]) -> None:
        self._screen = screen
        self._file = folder / "callbacks"
        self.made = stack
        variables = {"Environment": {"Variables": stack.environment}}
        functions = SimpleNamespace(get_function_configuration=lambda **_: variables)
        outputs = {
            "CallbacksTable": stack.environment["CALLBACKS_TABLE"],
            "CredentialsKeyArn": stack.environment["CREDENTIALS_KEY"],
            "DeliverFunctionName": "deliver",
        }
        self.stack = Operated(
            name="ringback",
            outputs=outputs,
            client=lambda service: functions if service == "lambda" else client(service),
        )

    def says(self, content: object, *words: str) -> tuple[int, list[str]]:
        """The status of `import` of a file with *content*, and the lines that it prints."""
        text = content if isinstance(content, str) else "\n".join(map(json.dumps, content))  # type: ignore[call-overload]
        self._file.write_text(text, encoding="utf-8")
        status = run(arguments([*words, str(self._file)]), self.stack)
        printed = self._screen.readouterr().out
        assert PLANTED not in printed
        return status, [line.replace(str(self._file), "file") for line in printed.splitlines()]

    def set(self) -> dict[tuple[str, str], Callback]:
        """All that is set."""
        items = self.made.items("CALLBACKS_TABLE")
        keys = [(item["owner"]["S"], item["event"]["S"]) for item in items]
        found = self.made.callbacks().load(keys).found
        return {key: callback for key, callback in found.items() if isinstance(callback, Callback)}


@pytest.fixture
def operator(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(stack, tmp_path, capsys)


def test_first_it_says_what_it_would_do_and_writes_nothing(operator: Operator) -> None:
    assert operator.says(FILE) == (
        0,
        ["file: 4 rows for ringback: 4 new, 0 refused.", "Nothing was written; WRITE=1 writes."],
    )
    assert operator.set() == {}


def test_what_it_writes_is_what_the_api_would_have_set(operator: Operator) -> None:
    assert operator.says(FILE, "--write") == (0, ["file: 4 rows for ringback: 4 new, 0 refused."])

    imported = operator.set()
    assert PLANTED not in repr(operator.made.items("CALLBACKS_TABLE"))
    with calling(operator.made) as api:
        for row in (
            {"type": "None", "event": KIND, "fonenumber": "3215551212"},
            {"type": "None", "event": "faxes/receive_notify", "fonenumber": "3215551212"},
            {"type": "None", "event": KIND, "fonenumber": "+4930123456"},
        ):
            api.post(f"/v2/{row.pop('event')}", row)
        set_by_hand(api)
    assert operator.set() == imported
    assert imported["1000001#3215551212", KIND].url_password == PLANTED


def set_by_hand(api: Api) -> None:
    credentials = {"url_username": "bob", "url_password": PLANTED}
    first = {"fonenumber": "3215551212", "type": "Callback", "method": "GET", "url": URL}
    api.post(f"/v2/{KIND}", first | credentials)
    api.post("/v2/faxes/receive_notify", {"fonenumber": "3215551212", "type": "Email", "email": "owner@example.com"})
    third = {"type": "Callback", "method": "JSON", "url": "https://my.example.com/"}
    api.post(f"/v2/{KIND}", third | {"fonenumber": "+4930123456"})
    api.post("/v2/accounts/cdr_notify", third | {"url": "https://my.example.com/cdr"}, account="2000002")


def test_a_second_time_nothing_changes(operator: Operator) -> None:
    operator.says(FILE, "--write")
    before = operator.made.items("CALLBACKS_TABLE")

    assert operator.says(FILE, "--write") == (0, ["file: 4 rows for ringback: 4 unchanged, 0 refused."])

    assert operator.made.items("CALLBACKS_TABLE") == before


def test_fonestorm_s_own_spelling_is_read(operator: Operator) -> None:
    """A row without a type, as clients of API 2.4 set it, and a delivery service as FoneStorm's answers show it."""
    service = {"event": "messages/receive", "type": "URL", "value": URL, "url_method": "POST", "device": ""}
    rows = [{name: text for name, text in ROW.items() if name != "type"}, ROW | service | {"url": "", "method": ""}]

    assert operator.says(rows, "--write") == (0, ["file: 2 rows for ringback: 2 new, 0 refused."])

    assert {event: callback.url for (_, event), callback in operator.set().items()} == {
        KIND: URL,
        "messages/receive": URL,
    }


def test_what_is_set_otherwise_is_replaced_as_a_whole_and_named(operator: Operator) -> None:
    """So is what is removed; both are lost."""
    operator.says(FILE, "--write")
    changes = [
        ROW | {"url": "https://my.example.com/new"},
        {"account": "1000001", "fonenumber": "+4930123456", "event": KIND, "type": None},
        {"account": "1000001", "fonenumber": "+4930123456", "event": "faxes/send_notify", "type": "None"},
    ]

    assert operator.says(changes, "--write") == (
        0,
        [
            f"line 1: changed: 1000001 3215551212 {KIND}",
            f"line 2: removed: 1000001 +4930123456 {KIND}",
            "file: 3 rows for ringback: 1 changed, 1 removed, 1 unchanged, 0 refused.",
        ],
    )

    left = operator.set()
    assert left[OWNER, KIND] == Callback(
        owner=OWNER, event=KIND, type=CallbackType.CALLBACK, method=Method.GET, url="https://my.example.com/new"
    )
    assert ("1000001#+4930123456", KIND) not in left


def test_a_callback_that_was_turned_off_stays_off_where_its_row_says_nothing_new(operator: Operator) -> None:
    operator.says([ROW], "--write")
    operator.made.callbacks().put(replace(operator.set()[OWNER, KIND], disabled="the receiver answered 410 Gone"))

    assert operator.says([ROW], "--write")[1] == ["file: 1 row for ringback: 1 unchanged, 0 refused."]
    assert operator.set()[OWNER, KIND].disabled

    operator.says([ROW | {"method": "POST"}], "--write")
    assert not operator.set()[OWNER, KIND].disabled


REFUSED: list[tuple[Any, str]] = [
    (ROW | {"account": ""}, 'account: given ""; allowed: 1 to 64 letters'),
    (ROW | {"account_id": "7"}, "account_id: conflicts with its alias account"),
    (ROW | {"number": "555-1212"}, 'fonenumber: given "555-1212"; expected 10 digits'),
    (ROW | {"number": "3.21555E+09"}, 'fonenumber: given "3.21555E+09"; expected 10 digits'),
    (ROW | {"fonenumber": "3215559999"}, "number: conflicts with its alias fonenumber"),
    (ROW | {"event": "messages/lost"}, 'event: given "messages/lost"; allowed: '),
    (ROW | {"event": "messages/confirm"}, "event: messages/confirm cannot be set"),
    (ROW | {"event": "accounts/cdr_notify"}, "number: leave it out; accounts/cdr_notify is set for the whole account"),
    (ROW | {"method": "PUT"}, 'method: given "PUT"; messages/receive_notify allows GET, POST, JSON'),
    (ROW | {"url": f"https://a/?{PLANTED}=((color))"}, 'url: unknown token "color"'),
    (ROW | {"url": f"https://bob:{PLANTED}@a/"}, "url: a user name or password before the host"),
    (ROW | {"url": "http://169.254.169.254/"}, "url: "),
    (ROW | {"url_password": PLANTED}, "url_username: missing"),
    (ROW | {"uri": "https://a/"}, "uri: unknown field; allowed: "),
    ([1], "body: given a list"),
]


def test_what_is_refused_has_a_line_and_the_rest_is_imported(operator: Operator) -> None:
    status, lines = operator.says([*(row for row, _ in REFUSED), ROW], "--write")

    assert status == 1
    for number, (line, (_, message)) in enumerate(zip(lines, REFUSED, strict=False), start=1):
        assert line.removeprefix(f"line {number}: refused: ").removeprefix("row: ").startswith(message), line
    assert lines[len(REFUSED) :] == [f"file: {len(REFUSED) + 1} rows for ringback: 1 new, {len(REFUSED)} refused."]
    assert list(operator.set()) == [(OWNER, KIND)]


def test_one_callback_is_set_by_one_row(operator: Operator) -> None:
    status, lines = operator.says([ROW, ROW | {"number": "13215551212"}, ROW | {"method": "POST"}])

    assert status == 1
    assert lines[:2] == [
        "line 3: refused: event: line 1 sets the same callback to something else",
        "file: 3 rows for ringback: 1 new, 1 unchanged, 1 refused.",
    ]


def test_networks_that_the_stack_may_reach_are_allowed_here_too(operator: Operator) -> None:
    """Those of the template's parameter, as the functions have them."""
    assert operator.says([ROW | {"url": "http://127.0.0.1:8080/"}])[0] == 0


def test_a_number_whose_password_does_not_open_does_not_stop_the_others(operator: Operator) -> None:
    operator.says([ROW | {"url_username": "bob", "url_password": PLANTED}], "--write")
    operator.made.dynamodb.update_item(
        TableName=operator.made.environment["CALLBACKS_TABLE"],
        Key={"owner": {"S": OWNER}, "event": {"S": KIND}},
        UpdateExpression="SET url_password = :rubbish",
        ExpressionAttributeValues={":rubbish": {"B": b"rubbish"}},
    )

    status, lines = operator.says([ROW, ROW | {"number": "3215551111"}], "--write")

    assert status == 1
    assert lines[0].startswith(f"line 1: failed: 1000001 3215551212 {KIND}: decrypting a credential: ")
    assert lines[1:] == ["file: 2 rows for ringback: 1 new, 0 refused, 1 failed."]


def test_it_ends_where_aws_lets_nobody_in(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "Query")

    monkeypatch.setattr(operator.made.dynamodb, "query", denied)
    rows = [ROW | {"number": f"32155512{number:02}"} for number in range(MAX_FAULTS + 5)]

    with pytest.raises(InfrastructureError, match="reading callbacks: AccessDeniedException"):
        operator.says(rows)
