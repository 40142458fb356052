"""Find the stack's functions as `make build` left them and as the local AWS runs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.aws.cloud import Cloud
from local.aws.stack import STACK
from local.errors import LocalError
from local.paths import Paths
from local.template import Template, load, of_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """Code that Lambda's runtime can run."""

    handler: str
    code: Path
    layers: tuple[Path, ...] = ()
    """Folders of packages."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables of the code, in addition to the path of the layers and what the runtime sets."""


def function(name: str, paths: Paths, cloud: Cloud) -> Function:
    """Return the built function that the template calls *name*, with its environment on the local AWS.

    Raises:
        LocalError: nothing is built, there is no such function, or it is not deployed.
    """
    return replace(built(name, paths), environment=_environment(name, cloud))


def built(name: str, paths: Paths) -> Function:
    """Return the function that the template calls *name*, with an empty environment.

    Raises:
        LocalError: nothing is built, or there is no such function.
    """
    template = built_template(paths)
    resources = template["Resources"]
    there = _names(template)
    if name not in there:
        given = f'there is no function "{name}"' if name else "no function is named"
        raise LocalError(f"{given}; the template has {', '.join(there)}")
    shared, own = template["Globals"]["Function"], resources[name]["Properties"]
    layers = [layer["Ref"] for layer in (*shared["Layers"], *own.get("Layers", ()))]
    return Function(
        handler=own["Handler"],
        code=paths.build / own["CodeUri"],
        layers=tuple(paths.build / resources[layer]["Properties"]["ContentUri"] / "python" for layer in layers),
    )


def names(paths: Paths) -> list[str]:
    """Return all functions by their names in the template.

    Raises:
        LocalError: nothing is built.
    """
    return _names(built_template(paths))


def _names(template: Template) -> list[str]:
    return list(of_type(template, "AWS::Serverless::Function"))


def built_template(paths: Paths) -> Template:
    """Return the template that `make build` left, which names the built folders.

    Raises:
        LocalError: nothing is built.
    """
    path = paths.build / "template.yaml"
    if not path.exists():
        raise LocalError(f"{path} is missing; `make build` makes it")
    return load(path)


def _environment(name: str, cloud: Cloud) -> dict[str, str]:
    deployed = _deployed(name, cloud)
    return {
        **deployed["Environment"]["Variables"],
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ACCESS_KEY_ID": cloud.key,
        "AWS_SECRET_ACCESS_KEY": cloud.secret,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": cloud.region,
        "AWS_DEFAULT_REGION": cloud.region,
        "AWS_LAMBDA_FUNCTION_NAME": deployed["FunctionName"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(deployed["MemorySize"]),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(deployed["Timeout"]),
        "AWS_LAMBDA_LOG_FORMAT": deployed["LoggingConfig"]["LogFormat"],
        "AWS_LAMBDA_LOG_LEVEL": deployed["LoggingConfig"]["ApplicationLogLevel"],
    }


def _deployed(name: str, cloud: Cloud) -> Mapping[str, Any]:
    cloudformation = cloud.client("cloudformation")
    try:
        found = cloudformation.describe_stack_resource(StackName=STACK, LogicalResourceId=name)
    except ClientError:
        raise LocalError(f"{name} is not on the local AWS; `make up` brings the stack up to date") from None
    physical = found["StackResourceDetail"]["PhysicalResourceId"]
    configuration: Mapping[str, Any] = cloud.client("lambda").get_function_configuration(FunctionName=physical)
    return configuration
