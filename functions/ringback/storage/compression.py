"""Pack JSON into few bytes with zstd and a dictionary, for what is stored in large numbers and read only by Ringback.

The dictionary has the names and words that occur in nearly all of it, and how often each byte occurs in the rest. It is
part of the format and never changes; a new format gets a new file, which `tools.packing_dictionary` creates.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from backports.zstd import (  # type: ignore[import-not-found, unused-ignore]
    ZstdCompressor,
    ZstdDecompressor,
    ZstdDict,
    ZstdError,
)

from ringback.json_text import to_compact_json

DICTIONARY = Path(__file__).with_name("delivery.1.zdict")

_LEVEL = 3
"""Higher levels take fifty times as long to save another three percent."""


def pack(value: object) -> bytes:
    """Pack *value*, which JSON can represent."""
    text = to_compact_json(value).encode("utf-8", "surrogatepass")
    return _compressor().compress(text, ZstdCompressor.FLUSH_FRAME)


def unpack(packed: bytes) -> Any:  # noqa: ANN401 - as json.loads
    """Return the value that `pack` turned into *packed*.

    Raises:
        ValueError: it is not packed JSON.
    """
    try:
        text = ZstdDecompressor(_dictionary().as_digested_dict).decompress(packed)
    except ZstdError as error:
        raise ValueError(str(error)) from error
    return json.loads(text.decode("utf-8", "surrogatepass"))


@cache
def _dictionary() -> ZstdDict:
    return ZstdDict(DICTIONARY.read_bytes())


@cache
def _compressor() -> ZstdCompressor:
    return ZstdCompressor(_LEVEL, zstd_dict=_dictionary().as_digested_dict)
