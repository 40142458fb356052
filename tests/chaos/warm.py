"""What a process of a function has done before it is one: imported once, and forked from then on.

Making a client of each service reads its model, which is most of what a cold start takes here.
"""

import os
from importlib import import_module

from local.invocation import AWS_ACCESS
from ringback.aws.clients import client

os.environ.update(AWS_ACCESS)
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

for _service in ("dynamodb", "sqs", "kms", "sesv2", "events"):
    client(_service)
for _function in ("deliver", "requeue", "feedback", "api"):
    import_module(f"{_function}.app")
for _module in (
    "ringback.delivery.attempt",
    "ringback.ssrf.guard",
    "ringback.http.client",
    "ringback.http.sender",
    "tests.chaos.workers",
):
    import_module(_module)
