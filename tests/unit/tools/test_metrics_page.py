"""docs/metrics.md."""

import re

from local.template import load, of_type
from tools.metrics_page import PATH, PROJECT, page

QUERY_WORDS = {
    "filter",
    "fields",
    "stats",
    "by",
    "sort",
    "limit",
    "asc",
    "desc",
    "and",
    "like",
    "message",
    "@timestamp",
}
"""Of Logs Insights' language, and what every line has."""


def test_the_page_is_what_the_code_and_the_template_say() -> None:
    written = PATH.read_text(encoding="utf-8")

    assert written == page(load(PROJECT / "template.yaml"), written), "write it anew: make docs"


def test_the_page_has_every_log_line_of_the_code() -> None:
    """A line is named by a constant: `noun.verb`."""
    sources = [*PROJECT.glob("functions/**/*.py")]
    calls = r'(?:logger\.(?:info|warning|error)\(\s*|^ +[A-Z_]+ = )"([a-z]+\.[a-z]+)"'
    names = {name for source in sources for name in re.findall(calls, source.read_text(encoding="utf-8"), re.MULTILINE)}

    assert {"delivery.attempted", "callback.opened", "api.called"} <= names
    assert {name for name in names if f"`{name}`" not in PATH.read_text(encoding="utf-8")} <= {"delivery.failed"}


def test_saved_queries_ask_for_fields_that_log_lines_have() -> None:
    """A field that no line has gives an empty table, and no error."""
    queries = of_type(load(PROJECT / "template.yaml"), "AWS::Logs::QueryDefinition").values()
    saved = [query["QueryString"] for query in queries]
    words = {
        word
        for query in saved
        for line in query.splitlines()
        if not line.startswith("#")
        for word in re.findall(r"@?\b[a-z_]+\b", re.sub(r'"[^"]*"|/\S+/|\bas \w+|\w+\(\*?', " ", line))
    }
    named = set(re.findall(r"\bas (\w+)", "".join(saved)))

    assert {"account", "host", "outcome", "delivery"} <= words
    assert words - QUERY_WORDS - named - set(re.findall(r"`(\w+)`", PATH.read_text(encoding="utf-8"))) == set()
