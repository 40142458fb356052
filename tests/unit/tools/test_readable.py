"""Expressions as a reader says them."""

from typing import Any

import pytest

from tools.readable import as_list, readable


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("text", "text"),
        ({"Ref": "AWS::Region"}, "${AWS::Region}"),
        ({"Fn::GetAtt": ["EventsQueue", "Arn"]}, "${EventsQueue.Arn}"),
        ({"Fn::GetAtt": "EventsQueue.Arn"}, "${EventsQueue.Arn}"),
        ({"Fn::Sub": "${DeliveriesTable.Arn}/index/due"}, "${DeliveriesTable.Arn}/index/due"),
        ({"Fn::Sub": ["identity/${Name}", {"Name": {"Ref": "Sender"}}]}, "identity/${Sender}"),
        ({"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}]]}, "arn:${AWS::Partition}"),
        ({"Fn::If": ["Watched", {"Ref": "Topic"}, "none"]}, "(${Topic} if Watched, else none)"),
        ({"Fn::Select": [1, {"Fn::Split": ["@", {"Ref": "Sender"}]}]}, "(part 1 of ${Sender} split at @)"),
        ({"Fn::GetAZs": ""}, '{"Fn::GetAZs": ""}'),
        (30, "30"),
    ],
)
def test_an_expression_is_said_in_one_line(expression: object, said: str) -> None:
    assert readable(expression) == said


@pytest.mark.parametrize(("value", "many"), [(None, []), ("one", ["one"]), (["one", "two"], ["one", "two"])])
def test_one_is_a_list_of_one_and_nothing_is_none(value: Any, many: list[str]) -> None:
    assert as_list(value) == many
