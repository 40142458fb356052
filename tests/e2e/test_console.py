"""The console on the built stack: through API Gateway, without a token, with the headers that keep it safe."""

import re

import requests

from local.aws.cloud import Cloud

SECONDS = 30


def test_the_page_and_its_files_need_no_token_and_have_their_policy(cloud: Cloud) -> None:
    page = requests.get(f"{cloud.api}/console", timeout=SECONDS)
    files = re.findall(r'(?:href|src)="(console/[^"]+)"', page.text)

    assert page.status_code == 200
    assert "require-trusted-types-for 'script'" in page.headers["content-security-policy"]
    assert len(files) == 2
    for path in files:
        file = requests.get(f"{cloud.api}/{path}", timeout=SECONDS)
        assert (file.status_code, file.headers["content-encoding"]) == (200, "gzip")
        assert "immutable" in file.headers["cache-control"]
    assert requests.get(f"{cloud.api}/console/", timeout=SECONDS).text == page.text


def test_nothing_else_is_open_there(cloud: Cloud) -> None:
    for path in ("console/v2/fonenumbers", "console/1/console.js", "console/../v2/fonenumbers"):
        assert requests.get(f"{cloud.api}/{path}", timeout=SECONDS).status_code in {401, 404}
