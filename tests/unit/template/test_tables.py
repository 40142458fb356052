"""The template's tables."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from api.fonenumber_object import as_block
from ringback.aws.kms import Credentials
from ringback.models import Callback, CallbackType, Delivery, Event
from ringback.storage.callbacks import NUMBERS_INDEX, callback_to_item
from ringback.storage.deliveries import ATTENTION_INDEX, delivery_to_item
from ringback.storage.due_index import DUE_INDEX
from tests.unit.template.resources import TABLES, properties, template


def item_of_a_waiting_delivery() -> Mapping[str, Mapping[str, str]]:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    event = Event(kind="messages/receive_notify", account="1000001", fonenumber="3215551212", id="1", time=now, data={})
    delivery = Delivery(id="1" * 32, event=event, created=now, due=now)
    return delivery_to_item(delivery, parked=True, retention=timedelta(days=30))  # type: ignore[return-value]


def item_of_a_callback(owner: str) -> Mapping[str, Mapping[str, str]]:
    callback = Callback(owner=owner, event="messages/receive_notify", type=CallbackType.EMAIL, email="a@example.com")
    return callback_to_item(callback, Credentials(key="", kms=pytest.fail))  # type: ignore[return-value]


@pytest.mark.parametrize("table", TABLES)
def test_tables_cost_nothing_at_rest_are_encrypted_and_can_be_restored(table: str) -> None:
    assert properties(table)["BillingMode"] == "PAY_PER_REQUEST"
    assert properties(table)["SSESpecification"] == {"SSEEnabled": True}
    recovery = True if table == "CallbacksTable" else {"Ref": "LogRecovery"}
    assert properties(table)["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": recovery}


@pytest.mark.parametrize("name", [*TABLES, "CredentialsKey"])
def test_tables_and_key_outlive_their_stack(name: str) -> None:
    resource = template()["Resources"][name]

    # A key that nothing was sealed with goes; a table cannot, as it is protected.
    deletion = "RetainExceptOnCreate" if name == "CredentialsKey" else "Retain"
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (deletion, "Retain")


@pytest.mark.parametrize("table", TABLES)
def test_tables_refuse_to_be_deleted_unless_told_otherwise(table: str) -> None:
    assert properties(table)["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
    assert template()["Parameters"]["DeletionProtection"]["Default"] == "true"


def test_the_keys_of_deliveries_and_of_their_indexes_are_what_the_code_writes() -> None:
    table = properties("DeliveriesTable")
    due, attention = table["GlobalSecondaryIndexes"]
    item = item_of_a_waiting_delivery()

    assert (due["IndexName"], attention["IndexName"]) == (DUE_INDEX, ATTENTION_INDEX)
    assert due["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert attention["Projection"]["NonKeyAttributes"] == ["status", "event"]
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["owner", "delivery"]
    assert [key["AttributeName"] for key in due["KeySchema"]] == ["due_shard", "due"]
    assert [key["AttributeName"] for key in attention["KeySchema"]] == ["attention", "delivery"]
    for attribute in table["AttributeDefinitions"]:
        assert list(item[attribute["AttributeName"]]) == [attribute["AttributeType"]]


def test_the_keys_of_callbacks_and_of_their_index_are_what_the_code_writes() -> None:
    table = properties("CallbacksTable")
    (index,) = table["GlobalSecondaryIndexes"]
    item = item_of_a_callback("1000001#3215551212")

    assert index["IndexName"] == NUMBERS_INDEX
    assert sorted(index["Projection"]["NonKeyAttributes"]) == sorted([*as_block(None), "format"])
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["owner", "event"]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["account", "owner"]
    for attribute in table["AttributeDefinitions"]:
        assert list(item[attribute["AttributeName"]]) == [attribute["AttributeType"]]
    assert "account" not in item_of_a_callback("1000001#*")


def test_a_delivery_expires_by_the_attribute_that_the_code_writes() -> None:
    expiry = properties("DeliveriesTable")["TimeToLiveSpecification"]

    assert expiry["Enabled"] is True
    assert list(item_of_a_waiting_delivery()[expiry["AttributeName"]]) == ["N"]
