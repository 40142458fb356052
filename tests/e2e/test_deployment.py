"""The stack as a person deploys it: `sam deploy`, an update, `sam delete`, with samconfig.toml, on a local AWS."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.cloud import Cloud
from local.aws.ministack import REGION, start, stop
from local.aws.stack import PARAMETERS, STACK, as_ministack_takes_it
from local.demo.receiver import Receiver
from local.paths import PROJECT, Paths
from local.template import CODE_PROPERTIES, Template, load
from tests.e2e.access import ON_THE_OPEN_ONE
from tests.e2e.customer import HELLO, Customer, eventually
from tools.kept_parameters import tables as kept_tables

SAM = PROJECT / ".tools" / "sam" / "bin" / "python"
SAM_SECONDS = 120
"""A command takes 3 to 10."""
TEMPLATE = load(PROJECT / "template.yaml")
STATEFUL = ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SQS::Queue")
CHOSEN = (
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::SES::EmailIdentity",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SSM::Parameter",
)
"""Of these there are some only where a parameter says so."""
GIVEN = {name: PARAMETERS[name] for name in ("SenderAddress", "AllowedNetworks")}
"""What the person decides at first; all else is as the template and samconfig.toml have it."""


ELSEWHERE = "eu-west-3"
"""A region where the stack is not."""

MENDED_MEMORY = 640
"""MB; a fix that nobody gave a parameter for."""


class Sam:
    """The sam command, for whom the local AWS is the only one there is."""

    def __init__(self, cloud: Cloud, template: Path) -> None:
        self._template = template
        self._environment = {
            "PATH": os.defpath,
            "HOME": str(template.parent),
            "LANG": "C.UTF-8",
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "AWS_DEFAULT_REGION": cloud.region,
            "AWS_ACCESS_KEY_ID": cloud.key,
            "AWS_SECRET_ACCESS_KEY": cloud.secret,
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.2",  # seconds
            "__SAM_CLI_APP_DIR": str(PROJECT / ".tools" / "sam-home"),
        }

    def deploy(self, **parameters: str) -> None:
        """Create the stack, or update it; *parameters* are all that is said of any."""
        overrides = [f"{name}={value}" for name, value in parameters.items()]
        said = ["--parameter-overrides", *overrides] if overrides else []
        self._run("deploy", "--template-file", self._template, "--no-confirm-changeset", *said)

    def is_refused(self, **parameters: str) -> None:
        """Change *parameters* of the stack, which goes back to what it was."""
        overrides = [f"{name}={value}" for name, value in parameters.items()]
        done = self._done(
            *("deploy", "--template-file", self._template, "--no-confirm-changeset"),
            *("--parameter-overrides", *overrides),
        )
        assert done.returncode != 0

    def deploy_guided(self, config: Path, **parameters: str) -> None:
        """Answer what `--guided` asks, with its default where *parameters* have nothing; it saves all in *config*."""
        answers = ["", "", *(parameters.get(name, "") for name in TEMPLATE["Parameters"]), "n", "y", "n", "y", "", ""]
        self._run(
            *("deploy", "--guided", "--template-file", self._template, "--config-file", config),
            answers="".join(f"{answer}\n" for answer in answers),
        )

    def mend(self) -> None:
        """Change the code, so to speak."""
        template = load(self._template)
        template["Resources"]["DeliverFunction"]["Properties"]["MemorySize"] = MENDED_MEMORY
        self._template.write_text(json.dumps(template), encoding="utf-8")

    def delete(self) -> None:
        """Delete the stack, and the code that was put into S3 for it."""
        self._run("delete", "--no-prompts")

    def _run(self, command: str, *arguments: str | Path, answers: str = "") -> None:
        done = self._done(command, *arguments, answers=answers)
        assert done.returncode == 0, f"sam {command}:\n{done.stdout}\n{done.stderr}"

    def _done(self, command: str, *arguments: str | Path, answers: str = "") -> subprocess.CompletedProcess[str]:
        config: list[str | Path] = [] if "--config-file" in arguments else ["--config-file", PROJECT / "samconfig.toml"]
        return subprocess.run(  # noqa: S603 - our own words
            [SAM, "-m", "samcli", command, *config, *arguments],
            cwd=PROJECT,
            env=self._environment,
            input=answers,
            capture_output=True,
            text=True,
            timeout=SAM_SECONDS,
            check=False,
        )


def with_its_code(template: Template, build: Path) -> Template:
    """*template*, for a file that lies elsewhere than the built folders that it names."""
    for resource in template["Resources"].values():
        if name := CODE_PROPERTIES.get(resource["Type"]):
            resource["Properties"][name] = str(build / resource["Properties"][name])
    application = template["Metadata"]["AWS::ServerlessRepo::Application"]
    return template | {
        "Metadata": {
            "AWS::ServerlessRepo::Application": application
            | {"LicenseUrl": str(PROJECT / "LICENSE"), "ReadmeUrl": str(PROJECT / "README.md")}
        }
    }


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Cloud]:
    """A local AWS on which nothing is deployed."""
    paths = Paths(home=tmp_path / "deployed")
    yield Cloud(endpoint=start(paths).endpoint, region=REGION)
    stop(paths)


@pytest.fixture
def sam(bare: Cloud, tmp_path: Path) -> Sam:
    """For the built template, without what this AWS would refuse."""
    build = Paths().build
    file = tmp_path / "template.json"
    template = as_ministack_takes_it(load(build / "template.yaml"))
    file.write_text(json.dumps(with_its_code(template, build)), encoding="utf-8")
    return Sam(bare, file)


class Deployed:
    """The stack as CloudFormation has it."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._cloudformation = cloud.client("cloudformation")

    def cloud(self) -> Cloud:
        """For whoever needs its outputs."""
        stack = self._cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        return replace(self._cloud, outputs={one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]})

    def resources(self, *types: str) -> dict[str, str]:
        """The physical ids of those of *types*, by logical id."""
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK)
        found = [one for page in pages for one in page["StackResourceSummaries"]]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found if one["ResourceType"] in types}

    def reasons(self) -> str:
        """What CloudFormation says of each step that failed."""
        events = self._cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        failed = (event for event in events if event["ResourceStatus"].endswith("FAILED"))
        return "\n".join(event.get("ResourceStatusReason", "") for event in failed)

    def setting(self, name: str) -> str:
        """A variable of deliver."""
        value: str = self._deliver()["Environment"]["Variables"][name]
        return value

    def batches(self) -> tuple[int, int]:
        """How many events deliver gets at most, and the seconds for which they are gathered."""
        found = self._cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        (lane,) = (one for one in found if "EventsQueue" in one["EventSourceArn"])
        return lane["BatchSize"], lane["MaximumBatchingWindowInSeconds"]

    def memory(self) -> int:
        """That of deliver, in MB."""
        size: int = self._deliver()["MemorySize"]
        return size

    def _deliver(self) -> Mapping[str, Any]:
        function = self.resources("AWS::Lambda::Function")["DeliverFunction"]
        found: Mapping[str, Any] = self._cloud.client("lambda").get_function_configuration(FunctionName=function)
        return found


def test_it_is_deployed_updated_with_all_its_data_and_deleted_but_for_tables_and_key(
    bare: Cloud, sam: Sam, receiver: Receiver
) -> None:
    """With all that can be chosen first, then without alarms; nothing is said twice."""
    sam.deploy(**GIVEN, AlarmAddress="oncall@example.com", SenderIdentity="address")
    stack = Deployed(bare)
    before = stack.resources(*STATEFUL)
    assert stack.resources(*CHOSEN).keys() >= {"DeadLettersAlarm", "AlarmTopic", "AlarmSubscription", "MailIdentity"}
    customer = Customer(stack.cloud())
    customer.wants("messages/receive_notify", method="JSON", url=receiver.url)
    customer.happens("messages/receive_notify", HELLO)
    eventually(lambda: customer.statuses() == ["delivered"])
    assert stack.batches() == (10, 0)

    sam.deploy(DeliveryRetentionDays="60", Alarms="off", Batching="thrifty")

    assert stack.batches() == (100, 1)
    assert stack.setting("DELIVERY_RETENTION_DAYS") == "60"
    assert stack.resources(*CHOSEN).keys() == {"MailIdentity"}
    assert stack.resources(*STATEFUL) == before
    assert customer.statuses() == ["delivered"]
    customer.happens("messages/receive_notify", HELLO)
    eventually(lambda: customer.statuses() == ["delivered"] * 2)

    sam.mend()
    sam.deploy()

    assert stack.memory() == MENDED_MEMORY
    assert stack.setting("DELIVERY_RETENTION_DAYS") == "60"
    assert stack.setting("SENDER_ADDRESS") == PARAMETERS["SenderAddress"]
    assert stack.resources(*CHOSEN).keys() == {"MailIdentity"}

    sam.delete()

    tables = {before["CallbacksTable"], before["DeliveriesTable"]}
    assert set(bare.client("dynamodb").list_tables()["TableNames"]) == tables
    assert bare.client("kms").describe_key(KeyId=before["CredentialsKey"])["KeyMetadata"]["Enabled"]
    assert customer.statuses() == ["delivered"] * 2
    identities = bare.client("sesv2").list_email_identities()["EmailIdentities"]
    assert [one["IdentityName"] for one in identities] == [PARAMETERS["SenderAddress"]]
    assert not bare.client("sqs").list_queues().get("QueueUrls")
    assert not bare.client("lambda").list_functions()["Functions"]
    assert not bare.client("iam").list_roles()["Roles"]
    assert not bare.client("logs").describe_log_groups()["logGroups"]


def test_a_key_of_one_s_own_opens_what_the_stack_s_key_sealed_and_one_of_another_region_is_refused(
    bare: Cloud, sam: Sam, receiver: Receiver
) -> None:
    sam.deploy(**GIVEN, Alarms="off")
    stack = Deployed(bare)
    old = stack.cloud().outputs["CredentialsKeyArn"]
    customer = Customer(stack.cloud())
    customer.wants("messages/receive_notify", method="JSON", url=receiver.url, url_username="u", url_password="p")
    kms = bare.client("kms")
    new: str = kms.create_key()["KeyMetadata"]["Arn"]

    sam.deploy(CredentialsKeyArn=f"{new},{old}")

    assert stack.setting("CREDENTIALS_KEY") == stack.cloud().outputs["CredentialsKeyArn"] == f"{new},{old}"
    assert not stack.resources("AWS::KMS::Key")
    assert kms.describe_key(KeyId=old)["KeyMetadata"]["Enabled"]

    sam.is_refused(CredentialsKeyArn=f"{new.replace(REGION, ELSEWHERE)},{old}")

    assert f"is in {ELSEWHERE}, but the stack is in {REGION}" in stack.reasons()
    assert stack.setting("CREDENTIALS_KEY") == f"{new},{old}"
    customer.happens("messages/receive_notify", HELLO)
    eventually(lambda: customer.statuses() == ["delivered"])
    assert receiver.exchanges[-1].request.header("authorization") == "Basic dTpw"


def test_what_guided_saves_is_refused_before_it_can_undo_anything(bare: Cloud, sam: Sam, tmp_path: Path) -> None:
    """It offers the template's defaults, not what the stack has, and its file would send them again each time."""
    config = Path(shutil.copy(PROJECT / "samconfig.toml", tmp_path))
    sam.deploy(**GIVEN, DeliveryRetentionDays="60", Alarms="off")

    sam.deploy_guided(config, **GIVEN, Alarms="off")

    assert Deployed(bare).setting("DELIVERY_RETENTION_DAYS") == "30"
    assert list(kept_tables(config.read_text(encoding="utf-8"))) == ["default.deploy.parameters"]


def proposed(cloud: Cloud, **values: str) -> None:
    """Ask CloudFormation for a change set that only sets these parameters, and leave it at that."""
    cloudformation = cloud.client("cloudformation")
    given = [{"ParameterKey": name, "UsePreviousValue": True} for name in TEMPLATE["Parameters"] if name not in values]
    change = {"StackName": STACK, "ChangeSetName": "proposed"}
    cloudformation.create_change_set(
        **change,
        UsePreviousTemplate=True,
        Parameters=given + [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    cloudformation.delete_change_set(**change)


@ON_THE_OPEN_ONE
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("SenderAddress", ""),
        ("SenderAddress", "notify"),
        ("SenderAddress", "notify@localhost"),
        ("SenderAddress", "Ringback <notify@example.com>"),
        ("SenderAddress", "notify@example.com\nBcc: other@example.com"),
        ("DeliveryRetentionDays", "3"),
        ("DeliveryRetentionDays", "3651"),
        ("AllowedNetworks", "10.1.0.0"),
        ("AllowedNetworks", "10.1.0.0/16, 10.2.0.0/16"),
        ("AllowedNetworks", "10.1.0.0/16,"),
        ("AllowedNetworks", "example.com/24"),
        ("TokenIssuer", "example.com"),
        ("TokenIssuer", "https://example.com/?tenant=1"),
        ("TokenClaim", "account id"),
        ("AlarmAddress", "oncall"),
        ("EventsConcurrency", "1"),
        ("RetriesConcurrency", "1001"),
        ("RequestsPerSecond", "0"),
        ("ConnectionsPerHost", "0"),
        ("SuccessLogRate", "1.1"),
        ("PermissionsBoundary", "boundary"),
        ("RolePath", "platform"),
        ("SubnetIds", "subnet-0a, subnet-0b"),
        ("SecurityGroupIds", "default"),
        ("AllowedOrigins", "https://app.example.com/page"),
        ("CredentialsKeyArn", "arn:aws:kms:us-east-1:123456789012:alias/credentials"),
        ("EgressAddresses", "192.0.2.0/24"),
        ("MinSuccessRate", "101"),
        ("MinAttempts", "0"),
    ],
)
def test_a_parameter_out_of_range_is_refused_with_what_is_allowed(cloud: Cloud, parameter: str, value: str) -> None:
    allowed = re.escape(TEMPLATE["Parameters"][parameter]["ConstraintDescription"])

    with pytest.raises(ClientError, match=f"{parameter}.*{allowed}"):
        proposed(cloud, **{parameter: value})


@ON_THE_OPEN_ONE
@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("SubnetsAndSecurityGroupsGoTogether", {"SubnetIds": "subnet-0a"}),
        ("SubnetsAndSecurityGroupsGoTogether", {"SecurityGroupIds": "sg-0a"}),
        ("EgressAddressesAreThoseOfSubnets", {"EgressAddresses": "192.0.2.1"}),
        ("IssuerAndAudienceGoTogether", {"TokenIssuer": "https://example.com", "TokenAudience": ""}),
    ],
)
def test_parameters_that_do_not_go_together_are_refused_with_a_sentence(
    cloud: Cloud, rule: str, values: Mapping[str, str]
) -> None:
    sentence = re.escape(TEMPLATE["Rules"][rule]["Assertions"][0]["AssertDescription"])

    with pytest.raises(ClientError, match=sentence):
        proposed(cloud, **values)


@ON_THE_OPEN_ONE
def test_a_sender_in_a_vpc_with_its_addresses_is_taken(cloud: Cloud) -> None:
    proposed(cloud, SubnetIds="subnet-0a,subnet-0b", SecurityGroupIds="sg-0a", EgressAddresses="192.0.2.1,192.0.2.2")


@ON_THE_OPEN_ONE
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("SenderAddress", "first.last+tag@mail.example.co.uk"),
        ("DeliveryRetentionDays", "4"),
        ("DeliveryRetentionDays", "3650"),
        ("AllowedNetworks", ""),
        ("AllowedNetworks", "10.1.0.0/16,fd00:1::/64"),
        ("AllowedNetworks", "::ffff:10.0.0.0/104"),
        ("TokenIssuer", "https://example.com/realms/one"),
        ("TokenClaim", "https://example.com/account"),
        ("AlarmAddress", ""),
        ("AlarmAddress", "oncall@example.com"),
        ("SuccessLogRate", "0"),
        ("PermissionsBoundary", "arn:aws:iam::123456789012:policy/platform/boundary"),
        ("RolePath", "/platform/ringback/"),
        ("SubnetIds", ""),
    ],
)
def test_a_parameter_within_its_range_is_taken(cloud: Cloud, parameter: str, value: str) -> None:
    proposed(cloud, **{parameter: value})
