"""What a log line says of a fault."""

from ringback.errors import InfrastructureError, describe_error


def test_our_own_words_are_told() -> None:
    assert describe_error(InfrastructureError("reading a table: Throttled")) == {"fault": "reading a table: Throttled"}


def test_of_what_nobody_foresaw_type_and_place_but_not_the_text() -> None:
    try:
        int("planted-password")
    except ValueError as error:
        fields = describe_error(error)

    assert fields["fault"] == "ValueError"
    assert fields["where"][-1].startswith("test_of_what_nobody_foresaw")
    assert "planted" not in str(fields)
