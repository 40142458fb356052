"""The catalogue says what fonestorm-facts.md says."""

import json
import re

import pytest

from ringback.catalog.payload import CATALOGUE, EventKind, FieldType, Scope, read_data
from ringback.models import CallbackType, Method
from tests.reference import BODIES

LIMITED = {
    "messages/confirm": (Method.JSON,),
    "messages/receive": (Method.POST, Method.JSON),
    "accounts/cdr_notify": (Method.POST, Method.JSON),
}
WITHOUT_EMAIL = {"messages/confirm", "accounts/cdr_notify"}
INTEGERS = {"billable_seconds", "attempts", "pages", "pages_transmitted"}

of_the_reference = pytest.mark.parametrize("kind", [CATALOGUE[name] for name in BODIES], ids=BODIES)
every_kind = pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE.keys())


def test_every_kind_of_the_reference_is_there() -> None:
    assert [name for name in CATALOGUE if name in BODIES] == list(BODIES)


@every_kind
def test_a_kind_has_a_name_of_two_parts_and_a_block_of_its_own(kind: EventKind) -> None:
    assert re.fullmatch("[a-z_]+/[a-z_]+", kind.name)
    blocks = [(one.scope, one.options, one.short_name) for one in CATALOGUE.values()]
    assert blocks.count((kind.scope, kind.options, kind.short_name)) == 1


@of_the_reference
def test_bodies_have_the_reference_s_keys_in_its_order(kind: EventKind) -> None:
    assert " ".join(field.body for field in kind.fields) == BODIES[kind.name]


@of_the_reference
def test_only_three_kinds_limit_methods_and_types(kind: EventKind) -> None:
    """The guide: "Not all methods are supported by all callbacks"."""
    assert kind.methods == LIMITED.get(kind.name, (Method.GET, Method.POST, Method.JSON))
    assert (CallbackType.EMAIL in kind.types) == (kind.name not in WITHOUT_EMAIL)
    assert {CallbackType.NONE, CallbackType.CALLBACK} <= set(kind.types)


def test_tokens_differ_from_body_names_where_the_reference_says_so() -> None:
    differing = {
        (field.token, field.body) for name in BODIES for field in CATALOGUE[name].fields if field.token != field.body
    }

    assert differing == {("msg", "message"), ("ds", "deliverystate"), ("dc", "deliverycode")}


@of_the_reference
def test_the_reference_s_integers_are_integers(kind: EventKind) -> None:
    assert {field.body for field in kind.fields if field.type is FieldType.INTEGER} == INTEGERS & {
        field.body for field in kind.fields
    }


def test_only_call_records_belong_to_an_account_and_need_https() -> None:
    """And a receipt's callback travels inside the event."""
    kinds = [CATALOGUE[name] for name in BODIES]

    assert {kind.name: kind.scope for kind in kinds if kind.scope is not Scope.NUMBER} == {
        "accounts/cdr_notify": Scope.ACCOUNT,
        "messages/confirm": Scope.MESSAGE,
    }
    assert [kind.name for kind in kinds if kind.https_only] == ["accounts/cdr_notify"]


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
