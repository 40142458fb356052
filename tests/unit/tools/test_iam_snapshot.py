"""Who may do what is in a file that a reviewer reads, and the file is what the template says."""

from tests.template_under_test import path_under_test, translated
from tools.iam_snapshot import PATH, snapshot
from tools.snapshots import difference


def test_nobody_may_do_what_the_snapshot_does_not_say() -> None:
    assert not difference(PATH, snapshot(translated(path_under_test())))


def test_a_role_shows_its_function_its_managed_policies_and_its_condition() -> None:
    role = {
        "Type": "AWS::IAM::Role",
        "Condition": "Watched",
        "Properties": {
            "ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}],
            "AssumeRolePolicyDocument": {
                "Statement": {
                    "Sid": "LambdaMayAssume",
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            },
        },
    }
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["One", "Arn"]}}}

    shown = snapshot({"Resources": {"One": role, "Function": function}})

    assert shown.split("\n\n", 1)[1] == (
        "One (AWS::IAM::Role, if Watched) of Function\n"
        "  managed policy arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess\n"
        "  LambdaMayAssume\n"
        "    allow  sts:AssumeRole\n"
        "    to     lambda.amazonaws.com\n"
    )
