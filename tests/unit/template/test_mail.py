"""What the template has SES do and report: MiniStack accepts it and does none of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.template.resources import properties, template

KEPT = {"Fn::GetAtt": ["DeadLetters", "Arn"]}


def of_feedback(kind: str) -> Mapping[str, Any]:
    """The only resource of a *kind* that is about the function."""
    (found,) = (
        one["Properties"]
        for one in template()["Resources"].values()
        if one["Type"] == kind and one["Properties"]["FunctionName"] == {"Ref": "FeedbackFunction"}
    )
    properties: Mapping[str, Any] = found
    return properties


def test_ses_reports_what_became_of_our_mails_on_the_only_bus_that_it_knows() -> None:
    assert properties("MailFeedbackDestination") == {
        "ConfigurationSetName": {"Ref": "MailConfiguration"},
        "EventDestination": {
            "Enabled": True,
            "MatchingEventTypes": ["bounce", "complaint", "reject"],
            "EventBridgeDestination": {
                "EventBusArn": {
                    "Fn::Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"
                }
            },
        },
    }


@pytest.mark.parametrize("function", ["DeliverFunction", "ApiFunction", "FeedbackFunction"])
def test_every_mail_is_sent_with_the_configuration_that_reports_it(function: str) -> None:
    assert properties(function)["Environment"]["Variables"]["MAIL_CONFIGURATION"] == {"Ref": "MailConfiguration"}


def test_an_address_that_bounced_or_complained_gets_no_more_mail_and_the_rates_are_measured() -> None:
    configuration = properties("MailConfiguration")

    assert configuration["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    assert configuration["ReputationOptions"] == {"ReputationMetricsEnabled": True}
    assert configuration["SendingOptions"] == {"SendingEnabled": True}


def test_reports_of_this_stack_s_mails_alone_come_to_feedback() -> None:
    """Another stack in the same account has a configuration set of its own."""
    rule = properties("MailFeedbackRule")
    permission = of_feedback("AWS::Lambda::Permission")

    assert "EventBusName" not in rule  # SES puts them on the default bus
    assert rule["EventPattern"] == {
        "source": ["aws.ses"],
        "detail-type": ["Email Bounced", "Email Complaint Received", "Email Rejected"],
        "detail": {"mail": {"tags": {"ses:configuration-set": [{"Ref": "MailConfiguration"}]}}},
    }
    assert [target["Arn"] for target in rule["Targets"]] == [{"Fn::GetAtt": ["FeedbackFunction", "Arn"]}]
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": ["MailFeedbackRule", "Arn"]}


def test_a_report_that_could_not_be_handled_is_kept() -> None:
    """Whether EventBridge could not hand it over, or feedback failed three times."""
    (target,) = properties("MailFeedbackRule")["Targets"]
    invoked = of_feedback("AWS::Lambda::EventInvokeConfig")

    assert target["DeadLetterConfig"] == {"Arn": KEPT}
    assert invoked["MaximumRetryAttempts"] == 2
    assert invoked["DestinationConfig"] == {"OnFailure": {"Destination": KEPT}}


def test_the_sender_is_verified_already_unless_asked_for() -> None:
    assert template()["Parameters"]["SenderIdentity"]["Default"] == "existing"
    assert template()["Conditions"]["SenderIsMade"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "SenderIdentity"}, "existing"]}]
    }
    assert template()["Resources"]["MailIdentity"]["Condition"] == "SenderIsMade"


def test_an_identity_that_the_stack_made_stays() -> None:
    """Without it no mail is sent, and its DNS is a person's work."""
    identity = template()["Resources"]["MailIdentity"]
    domain = {"Fn::Select": [1, {"Fn::Split": ["@", {"Ref": "SenderAddress"}]}]}

    assert (identity["DeletionPolicy"], identity["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert identity["Properties"]["EmailIdentity"] == {"Fn::If": ["SenderIsDomain", domain, {"Ref": "SenderAddress"}]}


def test_people_get_the_dns_records_of_a_domain_that_the_stack_has_verified() -> None:
    output = template()["Outputs"]["SenderDkimRecords"]

    assert output["Condition"] == "SenderIsDomain"
    for number in "123":
        for part in ("Name", "Value"):
            assert f"${{MailIdentity.DkimDNSToken{part}{number}}}" in output["Value"]["Fn::Sub"]
