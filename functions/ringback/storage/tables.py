"""Describe the two tables of a stack by the names of their keys."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ringback.aws.dynamodb import Table
from ringback.aws.statements import new_token

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def callbacks_table(name: str, dynamodb: "DynamoDBClient", *, token: Callable[[], str] = new_token) -> Table:
    """Return the table of what customers set; kinds of event are only some of its sort keys."""
    return Table(name=name, partition="owner", sort="event", client=dynamodb, token=token)


def deliveries_table(name: str, dynamodb: "DynamoDBClient") -> Table:
    """Return the table of deliveries, which also holds the announcements of backlogs."""
    return Table(name=name, partition="owner", sort="delivery", client=dynamodb)
