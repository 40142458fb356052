"""Run MiniStack so that it refuses what no policy allows, as AWS does, and prove the stack's permissions there."""

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any, Final

from local.template import Template

SETTINGS: Final[Mapping[str, str]] = MappingProxyType({"AUTH": "true"})
"""MiniStack's own; the key `test` may do everything, as the account's root user."""


def as_ministack_has_it(template: Template) -> Template:
    """Return *template* without what MiniStack cannot enforce as AWS does; unit tests check what is removed here.

    MiniStack speaks no TLS, and ignores the resource and the sender of a mail and the source of a status event. To it,
    SendMessageBatch is an action, and BatchExecuteStatement belongs to no table.
    """
    changed = deepcopy(template)
    for name, resource in list(changed["Resources"].items()):
        match resource:
            case {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": document}}:
                document["Statement"] = [one for one in document["Statement"] if one["Sid"] != "NobodyWithoutTls"]
                if not document["Statement"]:
                    del changed["Resources"][name]
            case {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": document}, *_]}}:
                _loosen(document)
            case {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}:
                _loosen(document)
    return changed


def _loosen(document: dict[str, Any]) -> None:
    for statement in document["Statement"]:
        match statement:
            case {"Sid": "MailAsTheSender"}:
                del statement["Condition"]
                statement["Resource"] = "*"
            case {"Sid": "TellThePlatform"}:
                del statement["Condition"]
            case {"Action": "dynamodb:PartiQLInsert"}:
                statement["Action"], statement["Resource"] = "dynamodb:BatchExecuteStatement", "*"
            case {"Action": "sqs:SendMessage"}:
                statement["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]
