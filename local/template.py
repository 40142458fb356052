"""Load the stack's template as data: as written (SAM), and as CloudFormation gets it (translated)."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from boto3.session import Session
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

type Template = dict[str, Any]

REGION = "us-east-1"
"""Stands for the region of the deployment; the translation depends on it only outside the partition `aws`."""

CODE_PROPERTIES = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
PLACEHOLDER = "s3://packaged/by-sam"


class InvalidTemplate(ValueError):  # noqa: N818 - names what is wrong, like the errors of the stack's own code
    """A template that SAM cannot translate; the message has each cause on its own line."""


def load(path: Path) -> Template:
    """Load the template at *path*, with short intrinsics (`!Ref`) in their long form."""
    template: Template = yaml_parse(path.read_text(encoding="utf-8"))
    return template


def of_type(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of all resources of one *kind*, by their logical ids, in the order of the file."""
    resources = template["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in resources if resource["Type"] == kind}


def translate(template: Template, parameters: dict[str, str]) -> Template:
    """Translate *template* to what CloudFormation gets; needs no network, no credentials and no region.

    *parameters* matter only where SAM itself looks at a value; `Ref`s to others are left to CloudFormation. Code on
    this disk becomes a placeholder, which whoever deploys replaces by addresses in S3.

    Raises:
        InvalidTemplate: SAM refuses the template.
    """
    session = Session(aws_access_key_id="none", aws_secret_access_key="none", region_name=REGION)  # noqa: S106 - no secret
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=session)
    try:
        translated: Template = translator.translate(_without_local_code(template), parameters)
    except InvalidDocumentException as error:
        causes = (f"\n  {cause.message}" for cause in error.causes)
        raise InvalidTemplate("the template is not valid SAM:" + "".join(causes)) from None
    return translated


def _without_local_code(template: Template) -> Template:
    copy = deepcopy(template)
    _replace_local(copy.get("Globals", {}).get("Function", {}), "CodeUri")
    for resource in copy["Resources"].values():
        if name := CODE_PROPERTIES.get(resource["Type"]):
            _replace_local(resource["Properties"], name)
    return copy


def _replace_local(properties: dict[str, Any], name: str) -> None:
    uri = properties.get(name)
    if isinstance(uri, str) and not uri.startswith("s3://"):
        properties[name] = PLACEHOLDER
