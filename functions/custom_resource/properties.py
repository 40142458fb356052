"""`Custom::Callback`: the properties of the resource, and the callback that they declare."""

from collections.abc import Mapping
from types import MappingProxyType

from ringback.aws.dynamodb import Key
from ringback.callbacks.identifiers import parse_account, parse_fonenumber
from ringback.catalog.payload import Scope, lookup
from ringback.errors import InvalidSetting
from ringback.frozen import frozen
from ringback.models import build_owner, split_owner
from ringback.text import describe_type

FIELDS = MappingProxyType(
    {
        "Type": "type",
        "Email": "email",
        "Method": "method",
        "Url": "url",
        "UrlUsername": "url_username",
        "UrlPassword": "url_password",
    }
)
"""Properties of the callback, each with its name in the API."""

IDENTITY = MappingProxyType({"Account": "account", "Fonenumber": "fonenumber", "Event": "event"})
"""Properties that identify the callback; changing one of them replaces the resource."""

UNRESOLVED = "{{resolve:"
"""The beginning of a dynamic reference; CloudFormation does not resolve those to secrets in custom resources."""

NEVER_CREATED = "never-made|"
"""The beginning of the physical id of a resource whose creation failed, so that there is nothing to remove."""


@frozen
class Declaration:
    """A callback as a template declares it."""

    key: Key
    fields: Mapping[str, str]

    @property
    def physical_id(self) -> str:
        """The id by which CloudFormation knows the resource; if it changes, CloudFormation deletes the old resource."""
        return "|".join(self.key)


def parse_declaration(properties: Mapping[str, object]) -> Declaration:
    """Parse the *properties* of a resource.

    Raises:
        InvalidSetting: a property is unknown, missing or invalid; the error names it as in the template.
    """
    given = {name: value for name, value in properties.items() if name not in {"ServiceToken", "ServiceTimeout"}}
    for name, value in given.items():
        if name not in (*IDENTITY, *FIELDS):
            raise InvalidSetting(name, f"unknown property; allowed: {', '.join((*IDENTITY, *FIELDS))}")
        if not isinstance(value, str):
            raise InvalidSetting(name, f"given {describe_type(value)}; expected text")
        if value.startswith(UNRESOLVED):
            raise InvalidSetting(
                name, "a dynamic reference, which CloudFormation does not resolve here; use a NoEcho parameter"
            )
    texts = {name: str(value) for name, value in given.items()}
    return Declaration(key=_key(texts), fields={FIELDS[name]: text for name, text in texts.items() if name in FIELDS})


def parse_physical_id(physical_id: str) -> Key | None:
    """Return the key of the callback that a physical id stands for; None if it was never created."""
    owner, bar, event = physical_id.partition("|")
    return (owner, event) if bar and "#" in owner else None


def describe_invalid_property(error: InvalidSetting) -> str:
    """Return the message of *error* with the property's name in place of the API's."""
    names = {field: name for name, field in (*FIELDS.items(), *IDENTITY.items())}
    return f"{names.get(error.field, error.field)}: {error.message}"


def _key(texts: Mapping[str, str]) -> Key:
    kind = lookup(texts.get("Event"))
    account = parse_account(texts.get("Account"))
    if kind.scope is not Scope.ACCOUNT:
        return build_owner(account, parse_fonenumber(texts.get("Fonenumber"))), kind.name
    if texts.get("Fonenumber"):
        raise InvalidSetting("Fonenumber", f"leave it out; {kind.name} is set for the whole account")
    return build_owner(account, ""), kind.name


def build_attributes(key: Key) -> dict[str, str]:
    """Return the attributes of the resource, for `Fn::GetAtt`."""
    account, fonenumber = split_owner(key[0])
    return {"Account": account, "Fonenumber": fonenumber, "Event": key[1]}
