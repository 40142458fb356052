"""Phone numbers."""

import pytest

from ringback.errors import InvalidSetting
from ringback.fonenumbers import normalize


@pytest.mark.parametrize(
    "text",
    [
        "3215551212",
        "+1 (321) 555-1212",
        "1-321-555-1212",
        "1 3215551212",
        " 321.555.1212\n",
        "tel:3215551212",
        13215551212,
    ],
)
def test_a_number_in_any_notation_is_ten_digits(text: object) -> None:
    """Other characters are dropped, and a leading 1 of eleven digits."""
    assert normalize(text) == "3215551212"


@pytest.mark.parametrize(
    "text", ["321555121", "23215551212", "113215551212", "٣٢١٥٥٥١٢١٢", "x" * 200_000, True, 3.5, [], {}]
)
def test_what_has_not_ten_digits_is_refused_with_what_was_given(text: object) -> None:
    with pytest.raises(InvalidSetting, match=r"given .*10 digits") as caught:
        normalize(text)

    assert caught.value.field == "fonenumber"
    assert len(str(caught.value)) < 160


@pytest.mark.parametrize("text", ["", None])
def test_no_number_is_said_to_be_missing(text: object) -> None:
    with pytest.raises(InvalidSetting, match="missing"):
        normalize(text)
