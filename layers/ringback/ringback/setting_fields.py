"""The fields of a setting as clients send them: names, aliases and types, before any rule about their content."""

from collections.abc import Mapping

from ringback.errors import InvalidSetting
from ringback.texts import kind_of, shown

PRIVATE = frozenset({"url", "value", "url_username", "url_password"})
"""Fields whose values no message repeats, under any of their names; a URL's query is as good as a password."""


def read_texts(fields: Mapping[str, object], names: Mapping[str, str]) -> dict[str, str]:
    """The texts of *fields* under their canonical names; *names* maps each allowed spelling to its canonical one.

    JSON's `null` counts as the empty string, which is how the API shows what is not set.

    Raises:
        InvalidSetting: a name is not allowed, a value is no text, or two spellings of one name disagree.
    """
    texts: dict[str, tuple[str, str]] = {}
    for spelling, value in fields.items():
        name = names.get(spelling)
        if name is None:
            raise InvalidSetting(shown(spelling).strip('"'), f"unknown field; allowed: {', '.join(names)}")
        text = "" if value is None else _text(spelling, value)
        other, known = texts.get(name, (spelling, text))
        if known and text and known != text:
            given = "they differ" if PRIVATE & {name, spelling, other} else f"{shown(known)} and {shown(text)}"
            raise InvalidSetting(spelling, f"in conflict with {other}, another name of it: {given}")
        texts[name] = (other, known) if known else (spelling, text)
    return {name: text for name, (_, text) in texts.items()}


def name_as_given(error: InvalidSetting, fields: Mapping[str, object], names: Mapping[str, str]) -> InvalidSetting:
    """*error* with its field under the spelling that *fields* have for it, so that the client finds it there."""
    spellings = [spelling for spelling in fields if names.get(spelling) == error.field and fields[spelling]]
    if error.field in spellings or not spellings:
        return error
    return InvalidSetting(spellings[0], error.message)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidSetting(name, f"given {kind_of(value)}; it takes text")
    return value
