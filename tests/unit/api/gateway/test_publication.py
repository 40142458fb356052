"""Texts that are the same for everybody: when they are sent, and how."""

import base64
import gzip

import pytest

from api.gateway.publication import Publication

TEXT = Publication(content_type="text/html", text="é" * 1_000, headers={"X-Kind": "page"})


@pytest.mark.parametrize(
    "encodings",
    ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.8", "x-gzip", "*", "identity;q=0.5, *;q=0.1", "gzip ; q=1"],
)
def test_it_is_packed_for_those_who_can_unpack(encodings: str) -> None:
    answer = TEXT.answer({"accept-encoding": encodings})

    assert (answer.status_code, answer.headers["Content-Encoding"], answer.base64_encoded) == (200, "gzip", True)
    assert gzip.decompress(base64.b64decode(answer.body or "")).decode() == TEXT.text
    assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("encodings", ["", "identity", "br", "gzip;q=0", "gzip; q=0.0, br", "gzipped"])
def test_it_is_not_for_the_others(encodings: str) -> None:
    answer = TEXT.answer({"accept-encoding": encodings})

    assert (answer.body, answer.base64_encoded) == (TEXT.text, False)
    assert "Content-Encoding" not in answer.headers


def test_it_is_packed_once() -> None:
    bodies = {id(TEXT.answer({"accept-encoding": "gzip"}).body) for _ in range(3)}

    assert len(bodies) == 1


@pytest.mark.parametrize(
    "asked", [TEXT.tag, TEXT.tag.removeprefix("W/"), f'"other", {TEXT.tag}', f'{TEXT.tag},"other"', "*", " * "]
)
def test_who_has_it_is_told_so_without_a_body(asked: str) -> None:
    answer = TEXT.answer({"if-none-match": asked, "accept-encoding": "gzip"})

    assert (answer.status_code, answer.body) == (304, "")
    assert answer.headers["ETag"] == TEXT.tag
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("asked", ["", '"other"', 'W/"other"', TEXT.tag.replace('"', ""), TEXT.tag[:-2] + '"', '"*"'])
def test_who_has_another_one_is_sent_it(asked: str) -> None:
    assert TEXT.answer({"if-none-match": asked}).status_code == 200


@pytest.mark.parametrize(
    "other",
    [
        Publication(content_type="text/html", text="è" * 1_000, headers={"X-Kind": "page"}),
        Publication(content_type="text/html", text=TEXT.text, headers={"X-Kind": "other"}),
    ],
)
def test_another_text_or_header_has_another_tag(other: Publication) -> None:
    assert other.tag != TEXT.tag
