"""The catalogue says what fonestorm-facts.md says."""

import json

import pytest

from ringback.catalogue import CATALOGUE, EventKind, FieldType, Scope, read_data
from ringback.models import CallbackType, Method

MESSAGE = "to from message id"
CALL = "account_code direction status from to type disposition uid billable_seconds"
FAX = "uid account_code status from to timestamp file type attempts pages pages_transmitted"
BODIES = {
    "messages/receive_notify": MESSAGE,
    "messages/send_notify": MESSAGE,
    "calls/receive_notify": CALL,
    "calls/send_notify": CALL,
    "faxes/receive_notify": FAX,
    "faxes/send_notify": FAX,
    "messages/confirm": f"{MESSAGE} deliverystate deliverycode",
    "messages/receive": MESSAGE,
    "accounts/cdr_notify": CALL,
}
LIMITED = {
    "messages/confirm": (Method.JSON,),
    "messages/receive": (Method.POST, Method.JSON),
    "accounts/cdr_notify": (Method.POST, Method.JSON),
}
WITHOUT_EMAIL = {"messages/confirm", "accounts/cdr_notify"}
INTEGERS = {"billable_seconds", "attempts", "pages", "pages_transmitted"}

every_kind = pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE.keys())


def test_every_kind_of_the_reference_is_there() -> None:
    assert list(CATALOGUE) == list(BODIES)


@every_kind
def test_bodies_have_the_reference_s_keys_in_its_order(kind: EventKind) -> None:
    assert " ".join(field.body for field in kind.fields) == BODIES[kind.name]


@every_kind
def test_only_three_kinds_limit_methods_and_types(kind: EventKind) -> None:
    """The guide: "Not all methods are supported by all callbacks"."""
    assert kind.methods == LIMITED.get(kind.name, (Method.GET, Method.POST, Method.JSON))
    assert (CallbackType.EMAIL in kind.types) == (kind.name not in WITHOUT_EMAIL)
    assert {CallbackType.NONE, CallbackType.CALLBACK} <= set(kind.types)


def test_tokens_differ_from_body_names_where_the_reference_says_so() -> None:
    differing = {
        (field.token, field.body) for kind in CATALOGUE.values() for field in kind.fields if field.token != field.body
    }

    assert differing == {("msg", "message"), ("ds", "deliverystate"), ("dc", "deliverycode")}


@every_kind
def test_the_reference_s_integers_are_integers(kind: EventKind) -> None:
    assert {field.body for field in kind.fields if field.type is FieldType.INTEGER} == INTEGERS & {
        field.body for field in kind.fields
    }


def test_only_call_records_belong_to_an_account_and_need_https() -> None:
    """And a receipt's callback travels inside the event."""
    assert {kind.name: kind.scope for kind in CATALOGUE.values() if kind.scope is not Scope.NUMBER} == {
        "accounts/cdr_notify": Scope.ACCOUNT,
        "messages/confirm": Scope.MESSAGE,
    }
    assert [kind.name for kind in CATALOGUE.values() if kind.https_only] == ["accounts/cdr_notify"]


@every_kind
def test_no_name_stands_for_two_fields(kind: EventKind) -> None:
    names = [name for field in kind.fields for name in {field.token, field.body, *field.aliases}]

    assert len(names) == len(set(names))


@every_kind
def test_an_example_has_every_field_and_reads_back_as_it_is(kind: EventKind) -> None:
    """It is what tests and previews send."""
    values, unknown = read_data(kind, kind.example)

    assert json.dumps(values) == json.dumps(dict(kind.example))
    assert list(values) == [field.body for field in kind.fields]
    assert unknown == ()


@every_kind
def test_an_example_uses_values_of_the_reference(kind: EventKind) -> None:
    for field in kind.fields:
        assert not field.values or kind.example[field.body] in field.values


def test_receipts_have_all_codes_of_the_reference() -> None:
    codes = "000 100 187 188 189 482 600 610 620 630 720 740 999"

    assert " ".join(CATALOGUE["messages/confirm"].names["dc"].values) == codes
