"""The template's roles and policies."""

from typing import Any

from ringback.notify.status_event import SOURCE
from tests.unit.template.resources import FUNCTIONS, grants, of_type, properties


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_every_role_keeps_to_the_boundary_and_the_path_of_the_account() -> None:
    for role in of_type("AWS::IAM::Role").values():
        assert role["Properties"]["Path"] == {"Ref": "RolePath"}
        assert role["Properties"]["PermissionsBoundary"]["Fn::If"][:2] == ["Bounded", {"Ref": "PermissionsBoundary"}]


def test_roles_have_no_managed_policies_but_the_stack_s_own() -> None:
    """Those that SAM and AWS offer are not limited to our queues and tables."""
    ours = of_type("AWS::IAM::ManagedPolicy")
    for role in of_type("AWS::IAM::Role").values():
        assert {arn["Ref"] for arn in role["Properties"]["ManagedPolicyArns"]} <= ours.keys()
    for function in FUNCTIONS:
        assert properties(function)["Role"]["Fn::GetAtt"][0] in of_type("AWS::IAM::Role")


def test_policies_have_the_path_of_the_account_too() -> None:
    for policy in of_type("AWS::IAM::ManagedPolicy").values():
        assert policy["Properties"]["Path"] == {"Ref": "RolePath"}


def test_those_who_send_mail_are_deliver_feedback_and_the_api() -> None:
    mailing = {role for role, _, statement in grants() if "ses:SendEmail" in as_list(statement["Action"])}

    assert mailing == {"DeliverRole", "FeedbackRole", "ApiRole"}


def test_notices_are_put_on_the_default_bus_as_ours_alone() -> None:
    told = [statement for _, _, statement in grants() if "events:PutEvents" in as_list(statement["Action"])]

    assert told
    for statement in told:
        assert statement["Resource"]["Fn::Sub"].endswith(":event-bus/default")
        assert statement["Condition"] == {
            "ForAllValues:StringEquals": {"events:source": SOURCE},
            "Null": {"events:source": "false"},
        }
