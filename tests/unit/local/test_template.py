"""The template as data."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from local.template import PLACEHOLDER, InvalidTemplate, Template, load, translate


@pytest.fixture
def template() -> Template:
    """One function, its code on this disk."""
    function = {"Runtime": "python3.13", "Handler": "app.handler", "Architectures": [{"Ref": "Architecture"}]}
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Architecture": {"Type": "String", "Default": "arm64"}},
        "Globals": {"Function": {"CodeUri": "functions/"}},
        "Resources": {"Hello": {"Type": "AWS::Serverless::Function", "Properties": function}},
    }


def get_error_code(translated: Template) -> Any:
    return translated["Resources"]["Hello"]["Properties"]["Code"]


def test_short_intrinsics_are_read_in_their_long_form(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("Value: [!Ref Table, !GetAtt Table.Arn, !Sub '${Table}/x']\n")

    assert load(file) == {
        "Value": [{"Ref": "Table"}, {"Fn::GetAtt": ["Table", "Arn"]}, {"Fn::Sub": "${Table}/x"}],
    }


def test_a_function_becomes_what_cloudformation_knows(template: Template) -> None:
    translated = translate(template, {})

    assert translated["Resources"]["Hello"]["Type"] == "AWS::Lambda::Function"
    assert "Transform" not in translated


def test_code_on_this_disk_becomes_a_placeholder(template: Template) -> None:
    bucket, key = PLACEHOLDER.removeprefix("s3://").split("/")

    assert get_error_code(translate(template, {})) == {"S3Bucket": bucket, "S3Key": key}


@pytest.mark.parametrize("uri", ["s3://ours/code.zip", {"Bucket": "ours", "Key": "code.zip"}])
def test_code_in_s3_stays(template: Template, uri: str | dict[str, str]) -> None:
    template["Resources"]["Hello"]["Properties"]["CodeUri"] = uri

    assert get_error_code(translate(template, {})) == {"S3Bucket": "ours", "S3Key": "code.zip"}


def test_the_template_given_is_not_changed(template: Template) -> None:
    before = deepcopy(template)

    translate(template, {"Architecture": "x86_64"})

    assert template == before


def test_the_surroundings_need_no_region(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)

    assert translate(template, {})


def test_what_sam_refuses_is_named(template: Template) -> None:
    template["Resources"]["Hello"]["Properties"]["Handlr"] = "app.handler"

    with pytest.raises(InvalidTemplate, match=r"\[Hello\].*Handlr"):
        translate(template, {})


def versions(template: Template, **parameters: str) -> list[str]:
    resources = translate(template, parameters)["Resources"]
    return [name for name, resource in resources.items() if resource["Type"] == "AWS::Lambda::Version"]


@pytest.mark.parametrize("all_properties", [False, True])
def test_a_version_of_sam_does_not_follow_a_parameter(template: Template, *, all_properties: bool) -> None:
    """Why there is no gradual deployment (decision 0025): its alias would go on with the old value."""
    template["Globals"]["Function"]["CodeUri"] = PLACEHOLDER
    template["Parameters"]["Rate"] = {"Type": "String", "Default": "0"}
    template["Resources"]["Hello"]["Properties"] |= {
        "AutoPublishAlias": "live",
        "AutoPublishAliasAllProperties": all_properties,
        "Environment": {"Variables": {"RATE": {"Ref": "Rate"}}},
    }

    (before,) = versions(template, Rate="0")

    assert versions(template, Rate="1") == [before]
