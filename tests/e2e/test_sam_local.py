"""What `sam local` makes of the template, asked of SAM's own resolver: it shows what CloudFormation does not do."""

import json
import subprocess
from functools import cache
from typing import Any

import pytest

from local.paths import PROJECT, Paths
from local.template import Template, load, translate

SAM = PROJECT / ".tools" / "sam" / "bin" / "python"
ASK = """
import json, sys
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider
from samcli.local.lambdafn.env_vars import EnvironmentVariables

stacks, _ = SamLocalStackProvider.get_stacks(sys.argv[1], parameter_overrides=json.loads(sys.argv[2]))
print(json.dumps({
    one.function_id: {
        "architecture": one.architectures[0],
        "variables": EnvironmentVariables(variables=one.environment["Variables"]).resolve(),
    }
    for one in SamFunctionProvider(stacks).get_all()
}))
"""
"""For the environment of the tools: what each function would get from `sam local invoke`, without --env-vars."""

GIVEN = {"SenderAddress": "notify@example.com"}
"""As samconfig.toml gives it to `sam local`."""
TEMPLATE = load(PROJECT / "template.yaml")
TRANSLATED = translate(TEMPLATE, GIVEN)
VARIABLES = [
    (function, variable)
    for function, resource in TRANSLATED["Resources"].items()
    if resource["Type"] == "AWS::Lambda::Function"
    for variable in resource["Properties"]["Environment"]["Variables"]
]


@cache
def resolved(built: str = "") -> Template:
    line = [str(SAM), "-c", ASK, built or str(PROJECT / "template.yaml"), json.dumps(GIVEN)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - our own words
    found: Template = json.loads(done.stdout)
    return found


def meant(value: Any) -> str | None:
    """What CloudFormation would put there; None for what only a deployment knows."""
    match value:
        case {"Ref": name} if name in TEMPLATE["Parameters"]:
            return str(GIVEN.get(name, TEMPLATE["Parameters"][name].get("Default")))
        case {"Fn::If": ["CustomersHaveTokens", _, without]}:  # by default there is no issuer
            return meant(without)
        case str():
            return value
    return None


@pytest.mark.parametrize(("function", "variable"), VARIABLES)
def test_each_variable_is_what_cloudformation_makes_of_it(function: str, variable: str) -> None:
    """Of a name that only a deployment knows, `sam local` makes a stand-in; empty it would end the function's start."""
    given = resolved()[function]["variables"][variable]
    expected = meant(TRANSLATED["Resources"][function]["Properties"]["Environment"]["Variables"][variable])

    assert given == expected if expected is not None else given


def test_images_are_asked_for_that_run_what_was_built() -> None:
    """`make build` is for this machine's processor unless it is told otherwise; the template's own default is arm64."""
    built = Paths().build / "template.yaml"
    default = load(built)["Parameters"]["Architecture"]["Default"]

    assert {one["architecture"] for one in resolved(str(built)).values()} == {default}


def test_sam_publish_finds_what_it_needs() -> None:
    """Everything but the call to AWS."""
    needed = ["author", "description", "name"]
    ask = f"""
import sys
from samcli.vendor.serverlessrepo.parser import get_app_metadata, parse_template
application = get_app_metadata(parse_template(open(sys.argv[1]).read()))
assert application.validate({needed}) and application.semantic_version
"""
    line = [str(SAM), "-c", ask, str(Paths().build / "template.yaml")]
    done = subprocess.run(line, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert done.returncode == 0, done.stderr


def test_a_build_is_refused_by_a_stack_of_the_other_processor() -> None:
    """Packages for the wrong one do not load; only the build knows which one it is for."""
    built = load(Paths().build / "template.yaml")
    (assertion,) = built["Rules"]["BuiltForThisProcessor"]["Assertions"]

    assert assertion["Assert"] == {
        "Fn::Equals": [{"Ref": "Architecture"}, built["Parameters"]["Architecture"]["Default"]]
    }
    assert built["Rules"].keys() > TEMPLATE["Rules"].keys()
