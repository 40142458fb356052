"""What holds for the whole of the template."""

import json
import re
from collections.abc import Sequence

import pytest

from ringback import VERSION
from tests.unit.template.resources import FUNCTIONS, PROJECT, QUEUES, TABLES, of_type, properties, source, template


def test_what_sam_would_publish_has_the_version_and_files_that_are_there() -> None:
    application = source()["Metadata"]["AWS::ServerlessRepo::Application"]

    assert application["SemanticVersion"] == VERSION
    assert all((PROJECT / application[name]).exists() for name in ("LicenseUrl", "ReadmeUrl"))


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (QUEUES, "AWS::SQS::Queue"),
        (TABLES, "AWS::DynamoDB::Table"),
        (FUNCTIONS, "AWS::Lambda::Function"),
    ],
)
def test_what_is_said_of_all_queues_tables_and_functions_is_said_of_each(names: Sequence[str], kind: str) -> None:
    assert sorted(names) == sorted(of_type(kind))


def test_every_log_group_forgets_when_it_was_told_to() -> None:
    for name in of_type("AWS::Logs::LogGroup"):
        assert properties(name).get("RetentionInDays") == {"Ref": "LogRetentionDays"}, name


def test_no_resource_has_a_fixed_name() -> None:
    """So that two stacks fit into one account."""
    for name, resource in template()["Resources"].items():
        kind = resource["Type"].split("::")[-1]
        if kind in ("Authorizer", "Stage"):
            continue  # a name within its API
        for key in (f"{kind}Name", "Name", "LogGroupName", "LayerName"):
            given = resource.get("Properties", {}).get(key)
            assert given is None or "AWS::StackName" in json.dumps(given), f"{name}: {key}"


def test_a_dashboard_s_name_has_the_region_since_an_account_has_them_for_all_regions() -> None:
    (board,) = of_type("AWS::CloudWatch::Dashboard").values()

    assert {"AWS::StackName", "AWS::Region"} <= set(
        re.findall(r"AWS::\w+", board["Properties"]["DashboardName"]["Fn::Sub"])
    )


def test_the_service_token_of_callbacks_stays_what_it_is_when_the_stack_is_made_again() -> None:
    """CloudFormation gives a function without a name another one each time; those who have the token do not know."""
    function = template()["Outputs"]["CallbackResourceArn"]["Value"]["Fn::GetAtt"][0]

    assert properties(function)["FunctionName"] == {"Fn::Sub": "${AWS::StackName}-callback"}


def test_the_file_follows_the_way_of_the_data() -> None:
    names = [name for name in source()["Resources"] if "Policy" not in name]

    way = ["EventsRule", "EventsQueue", "CallbacksTable", "DeliverFunction", "DeliveriesTable", "RequeueFunction"]
    way += ["RetriesQueue", "DeadLetters", "Api", "ApiFunction", "ApiLayer", "DependenciesLayer"]
    assert [name for name in names if name in way] == way


def test_layers_leave_no_old_versions_and_no_second_python_folder() -> None:
    for layer in ("DependenciesLayer", "ApiLayer"):
        resource = source()["Resources"][layer]
        assert resource["Properties"]["RetentionPolicy"] == "Delete"
        assert resource["Metadata"]["BuildMethod"] == "python3.13"
        assert not (PROJECT / resource["Properties"]["ContentUri"] / "python").exists()


def test_people_get_the_addresses_that_they_need() -> None:
    wanted = {"ApiUrl", "CallbackResourceArn"}
    wanted |= {"EventsQueueUrl", "RetriesQueueUrl", "DeadLettersUrl", "CallbacksTable", "DeliveriesTable"}

    assert wanted <= template()["Outputs"].keys()


def test_outputs_are_published_to_ssm_only_on_request_each_under_its_name() -> None:
    published = of_type("AWS::SSM::Parameter")
    outputs = template()["Outputs"]
    by_path = {one["Properties"]["Name"]["Fn::Sub"]: one["Properties"]["Value"] for one in published.values()}

    assert template()["Parameters"]["PublishOutputs"]["Default"] == "off"
    assert by_path == {
        f"/ringback/${{AWS::StackName}}/{name}": output["Value"]
        for name, output in outputs.items()
        if name != "SenderDkimRecords"  # for a person who sets up DNS
    }
    for path, one in zip(by_path, published.values(), strict=True):
        watched = outputs[path.rsplit("/", 1)[1]].get("Condition") == "Watched"
        assert one["Condition"] == ("AlarmsArePublished" if watched else "Published")


def test_private_networks_are_out_of_reach_unless_asked_for() -> None:
    assert template()["Parameters"]["AllowedNetworks"]["Default"] == ""


def test_every_parameter_and_output_says_what_it_is_for() -> None:
    for name, one in [*template()["Parameters"].items(), *template()["Outputs"].items()]:
        assert one.get("Description"), name


def test_every_parameter_is_in_a_group_of_the_console() -> None:
    groups = source()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]

    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(source()["Parameters"])
