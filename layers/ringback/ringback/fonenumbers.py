"""Phone numbers as they are stored and compared: ten digits."""

import re

from ringback.errors import InvalidSetting
from ringback.texts import shown

_OTHERS = re.compile(r"[^0-9]+")
_DIGITS = 10
_COUNTRY = "1"


def normalize(text: object) -> str:
    """The ten digits of a number in any notation (facts: Setting a callback): `+1 (321) 555-1212` is `3215551212`.

    Raises:
        InvalidSetting: *text* has not ten digits, or eleven with a leading 1.
    """
    if not isinstance(text, str | int):
        raise _refused(text)
    digits = _OTHERS.sub("", text if isinstance(text, str) else str(text))
    if len(digits) == _DIGITS + 1:
        digits = digits.removeprefix(_COUNTRY)
    if len(digits) != _DIGITS:
        raise _refused(text)
    return digits


def _refused(given: object) -> InvalidSetting:
    if given is None or given == "":
        return InvalidSetting("fonenumber", "missing; it takes 10 digits, as in 3215551212")
    return InvalidSetting("fonenumber", f"given {shown(given)}; it takes 10 digits, as in 3215551212")
