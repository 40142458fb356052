"""What customers do: set callbacks. It is written through the module that the API uses."""

import time
from collections.abc import Mapping

from local.cloud import Cloud
from ringback.callback_store import CallbackStore
from ringback.callbacks import parse_setting
from ringback.credentials import Credentials
from ringback.models import Callback, SigningSecrets, owner_of


def callback_store(cloud: Cloud) -> CallbackStore:
    """The Callbacks table of the local stack."""
    kms = cloud.client("kms")
    return CallbackStore(
        table=cloud.outputs["CallbacksTable"],
        dynamodb=cloud.client("dynamodb"),
        credentials=Credentials(key=cloud.outputs["CredentialsKeyArn"], kms=lambda: kms),
        clock=time.monotonic,
    )


def set_callback(
    store: CallbackStore, kind: str, fields: Mapping[str, object], *, account: str, fonenumber: str
) -> Callback:
    """Set the callback for *kind*, validated as the API does it."""
    callback = parse_setting(kind, fields, owner=owner_of(account, fonenumber))
    if callback is None:
        raise ValueError(f"{kind}: these fields set no callback")
    store.put(callback)
    return callback


def set_secret(store: CallbackStore, secret: str, *, account: str) -> None:
    """Have the requests of *account* signed with *secret*."""
    store.put_secrets(SigningSecrets(owner=owner_of(account, ""), current=secret))


def remove_callback(store: CallbackStore, kind: str, *, account: str, fonenumber: str) -> None:
    """Unset the callback for *kind*."""
    store.remove((owner_of(account, fonenumber), kind))
