"""Where the stack runs: in a VPC or not, in which account and application."""

import re

import pytest

from tests.unit.template.resources import FUNCTIONS, named_in, properties, source, template


def test_subnets_without_a_security_group_are_refused() -> None:
    """And the other way round: Lambda would run the function outside of the VPC, or refuse it late."""
    rule = source()["Rules"]["SubnetsAndSecurityGroupsGoTogether"]

    assert named_in(rule) == {"SubnetIds", "SecurityGroupIds"}
    assert [template()["Parameters"][name]["Default"] for name in ("SubnetIds", "SecurityGroupIds")] == ["", ""]


def test_addresses_without_subnets_are_refused() -> None:
    """Customers would let through what requests do not come from."""
    rule = source()["Rules"]["EgressAddressesAreThoseOfSubnets"]

    assert named_in(rule) == {"EgressAddresses", "SubnetIds"}
    assert template()["Parameters"]["EgressAddresses"]["Default"] == ""


@pytest.mark.parametrize(
    ("addresses", "good"),
    [
        ("", True),
        ("192.0.2.1", True),
        ("192.0.2.1,255.198.51.100", True),
        ("192.0.2.1,", False),
        ("192.0.2.1, 192.0.2.2", False),
        ("192.0.2", False),
        ("192.0.2.1.5", False),
        ("192.0.2.256", False),
        ("192.0.2.1/32", False),
        ("2001:db8::1", False),
    ],
)
def test_egress_addresses_are_ipv4_addresses_without_masks(addresses: str, good: bool) -> None:  # noqa: FBT001 - a column of the table
    assert bool(re.fullmatch(source()["Parameters"]["EgressAddresses"]["AllowedPattern"], addresses)) == good


def test_in_a_vpc_are_the_functions_that_call_customers_and_no_others() -> None:
    inside = {name for name in FUNCTIONS if "VpcConfig" in properties(name)}

    assert inside == {"DeliverFunction", "ApiFunction"}
    for name in inside:
        condition, config, otherwise = properties(name)["VpcConfig"]["Fn::If"]
        assert (condition, otherwise) == ("InVpc", {"Ref": "AWS::NoValue"})
        assert named_in(config) == {"SubnetIds", "SecurityGroupIds"}


def test_network_interfaces_are_made_by_lambda_and_not_by_the_functions_code() -> None:
    for role in ("DeliverRole", "ApiRole"):
        condition, network, otherwise = properties(role)["Policies"][-1]["Fn::If"]
        allowed, denied = network["PolicyDocument"]["Statement"]
        assert (condition, otherwise) == ("InVpc", {"Ref": "AWS::NoValue"})
        assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
        assert allowed["Action"] == denied["Action"]
        assert "lambda:SourceFunctionArn" in denied["Condition"]["ArnLike"]
