"""`make up`: start the built stack on a local AWS, or bring it up to date."""

import fcntl
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlsplit

from local.aws.cloud import Cloud
from local.aws.enforced_iam import SETTINGS, as_ministack_has_it
from local.aws.functions import built_template
from local.aws.ministack import ANY_PORT, REGION, start
from local.aws.package import package
from local.aws.stack import PARAMETERS, deploy
from local.errors import LocalError, reported
from local.issuer import ACCOUNT, AUDIENCE, issuer, publish
from local.paths import PROJECT, Paths


def up(
    paths: Paths,
    *,
    port: int = ANY_PORT,
    strict: bool = False,
    tokens: bool = True,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Cloud:
    """Start MiniStack if need be, deploy the built template, and write `outputs.json`.

    *strict*: MiniStack refuses what no policy allows. Without *tokens* the API has no issuer: the platform signs its
    calls. *more* are parameters of the stack, in addition to those of every local one.

    Raises:
        LocalError: one of these did not work.
    """
    built = built_template(paths)
    with _alone(paths):
        daemon = start(paths, port=port, more=SETTINGS if strict else {})
        cloud = Cloud(endpoint=daemon.endpoint, region=REGION)
        template = as_ministack_has_it(built) if strict else built
        packaged = package(template, build=paths.build, s3=cloud.client("s3"))
        developer = issuer(paths, cloud.endpoint)
        publish(developer, cloud.client("s3"))
        parameters = {"TokenIssuer": developer.url, "TokenAudience": AUDIENCE} if tokens else {}
        outputs = deploy(packaged, cloud, {**parameters, **more})
        api = api_url(cloud.endpoint, outputs["ApiUrl"])
        cloud = replace(cloud, outputs=outputs, api=api, token=developer.token(ACCOUNT) if tokens else None)
        verify_sender(cloud)
        cloud.save(paths)
        _start_deliver(cloud, paths)
    return cloud


def api_url(endpoint: str, output: str) -> str:
    """Return a base URL of the API that needs no DNS name and no `Host` header; *output* names it by its host."""
    host = urlsplit(output).hostname or ""
    return f"{endpoint}/_aws/execute-api/{host.partition('.')[0]}"


def verify_sender(cloud: Cloud) -> None:
    """Let SES send for the stack's sender; here nobody has to prove that they own the address."""
    cloud.client("ses").verify_email_identity(EmailAddress=PARAMETERS["SenderAddress"])


def _start_deliver(cloud: Cloud, paths: Paths) -> None:
    """Invoke deliver with an empty batch: it reports what keeps it from starting, and makes the first event fast."""
    answer = cloud.client("lambda").invoke(FunctionName=cloud.outputs["DeliverFunctionName"], Payload=b'{"Records":[]}')
    if "FunctionError" in answer:
        raise LocalError(f"deliver does not start: {answer['Payload'].read().decode()}\n(see also {paths.log})")


@contextmanager
def _alone(paths: Paths) -> Iterator[None]:
    """Let two runs in one clone take turns: the second waits, and then finds everything done."""
    paths.home.mkdir(parents=True, exist_ok=True)
    with (paths.home / "up.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Start it and say where it is.

    The variable LOCAL_PORT asks for a port, LOCAL_PARAMETERS for parameters (`EventsConcurrency=100 Batching=thrifty`).
    """
    paths = Paths()
    more = dict(one.split("=", 1) for one in os.environ.get("LOCAL_PARAMETERS", "").split())
    cloud = up(paths, port=int(os.environ.get("LOCAL_PORT", ANY_PORT)), more=more)
    print(f"Ringback runs on a local AWS at {cloud.endpoint}")
    print(f"  API        {cloud.api}   (its page: {cloud.api}/docs)")
    print(f"  addresses  {paths.outputs.relative_to(PROJECT)}")
    print(f"  log        {paths.log.relative_to(PROJECT)}")
    print("  an event   make send   (docs/receivers.md)")
    print("  a token    make -s token ACCOUNT=1000001")
    print("  stop it    make down   (what is on the queues and in the tables is kept)")
    return 0


if __name__ == "__main__":
    sys.exit(reported(main))
