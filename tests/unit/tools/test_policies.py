"""Every statement about who may do what is found, wherever it stands."""

from typing import Any

from tools.policies import Statement, statements


def statements_of(kind: str, **properties: Any) -> list[Statement]:
    return list(statements({"Resources": {"One": {"Type": kind, "Properties": properties}}}))


def test_a_policy_is_found_at_any_depth_and_said_in_full() -> None:
    statement = {
        "Sid": "Put",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com", "AWS": ["1", "2"]},
        "Action": "sqs:SendMessage",
        "Resource": [{"Fn::GetAtt": ["Queue", "Arn"]}],
        "Condition": {"ArnEquals": {"aws:SourceArn": [{"Ref": "Rule"}, "b"]}},
    }

    (found,) = statements_of("AWS::IAM::Role", Policies=[{"PolicyDocument": {"Statement": statement}}])

    assert found == Statement(
        owner="One",
        sid="Put",
        effect="Allow",
        principals=("events.amazonaws.com", "1", "2"),
        actions=("sqs:SendMessage",),
        resources=("${Queue.Arn}",),
        conditions=("ArnEquals aws:SourceArn = ${Rule}, b",),
    )


def test_all_but_something_is_said_so() -> None:
    statement = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "a", "NotPrincipal": "*"}

    (found,) = statements_of("AWS::SNS::TopicPolicy", PolicyDocument={"Statement": [statement]})

    assert (found.sid, found.actions, found.resources, found.principals) == (
        "(no Sid)",
        ("not iam:*",),
        ("not a",),
        ("not *",),
    )


def test_a_permission_to_invoke_is_a_statement_too() -> None:
    (found,) = statements_of(
        "AWS::Lambda::Permission",
        FunctionName={"Ref": "Function"},
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn={"Fn::GetAtt": ["Rule", "Arn"]},
    )

    assert found.resources == ("${Function}",)
    assert found.principals == ("events.amazonaws.com",)
    assert found.conditions == ("SourceArn = ${Rule.Arn}",)
