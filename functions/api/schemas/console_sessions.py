"""Models of links to the console."""

from typing import Annotated

from pydantic import Field

from api.schemas.base import TIME, Input, Output, shown_as

MIN_MINUTES, MAX_MINUTES = 10, 1_440
"""Bounds on how long a link is valid: a day at most."""

MINUTES = 60
"""How long a link is valid by default."""

MAX_NUMBERS = 50
"""Numbers that one link may be limited to."""

_CLAIMS = "eyJhY2NvdW50IjoiMTAwMDAwMSIsImV4cGlyZXMiOjE3OTU0NTg5NjAsInJlYWRfb25seSI6ZmFsc2UsImZvbmVudW1iZXJzIjpudWxsfQ"
_LINK = f"https://callbacks.example.com/console#session={_CLAIMS}.CNgTnA6OL5nPwCFhYsgdzLZWoKTu5Vfs00oaCLuADkk"


class ConsoleSessionInput(Input):
    """How long a link is valid, and what it allows."""

    model_config = shown_as({"minutes": 60, "read_only": False, "fonenumbers": None})

    minutes: Annotated[int, Field(strict=False)] = Field(
        default=MINUTES, ge=MIN_MINUTES, le=MAX_MINUTES, description="Minutes until the session ends."
    )
    read_only: Annotated[bool, Field(strict=False)] = Field(
        default=False,
        description="Whether it may only list, show, preview and count, and never change or send anything.",
    )
    fonenumbers: list[str] | None = Field(
        default=None,
        description=f"Up to {MAX_NUMBERS} numbers to limit it to; the whole account if left out.",
    )


class ConsoleSessionAnswer(Output):
    """A link that opens the console for anyone who has it."""

    model_config = shown_as({"url": _LINK, "expires": "2026-11-23T18:36:00.000Z"})

    url: str = Field(description="Absolute, or relative to this path if a proxy in front hides the API's address.")
    expires: str = Field(description="When the session ends.", json_schema_extra=TIME)
