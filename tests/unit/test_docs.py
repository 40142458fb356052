"""The documentation beside the code: what the code names is explained, and what a page names exists."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from pathlib import Path

import pytest

from feedback.ses_events import ReportKind
from ringback.errors import MalformedReason
from ringback.models import AttemptReason, DeliveryStatus, Outcome
from ringback.notify.status_event import StatusEventKind
from ringback.telemetry import METRICS
from tests.configs import CONFIGS, variables_of
from tests.template_under_test import path_under_test, written
from tools.deploy_page import page as deploy_page

PROJECT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(PROJECT)
    for pattern in ("*.md", "docs/*.md", "docs/decisions/*.md", "events/*.md", "benchmarks/*.md", "tests/*/*.md")
    for path in PROJECT.glob(pattern)
)
CODE_FOLDERS = ("benchmarks", "examples", "functions", "local", "operate", "tests", "tools")
CODE = [*PROJECT.glob("functions/**/*.py")]

TEMPLATE = written(path_under_test())

OF_THE_WAY = ("AWS::Serverless::Function", "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::ApiGatewayV2::Api")
"""Types of the resources that the picture of the architecture shows."""

OF_POWERTOOLS = {"POWERTOOLS_SERVICE_NAME"}
"""What Powertools reads for us: the name in log lines."""

FENCE = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@cache
def text_of(page: str | Path) -> str:
    return (PROJECT / page).read_text(encoding="utf-8")


def words(page: str) -> set[str]:
    """What *page* has in backticks."""
    return set(re.findall(r"`([^`\n]+)`", FENCE.sub("", text_of(page))))


@cache
def anchors(page: Path) -> set[str]:
    """Where a link into *page* may lead, as GitHub names its headings."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"^#+ +(.+)$", FENCE.sub("", text_of(page)), re.MULTILINE):
        plain = re.sub(r"\[([^]]*)]\([^)]*\)", r"\1", heading).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def headings(page: str) -> set[str]:
    return set(re.findall(r"^## (.+)$", text_of(page), re.MULTILINE))


def of_type(*types: str) -> list[str]:
    return [name for name, resource in TEMPLATE["Resources"].items() if resource["Type"] in types]


# ── Pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def broken_links(page: Path) -> Iterator[str]:
    for link in LINK.findall(FENCE.sub("", text_of(page))):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (PROJECT / page.parent / path).resolve() if path else PROJECT / page
        if not target.exists() or (anchor and anchor not in anchors(target.relative_to(PROJECT))):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    assert list(broken_links(page)) == []


def test_every_test_that_a_page_names_is_there() -> None:
    """`docs/security.md` says of each protection which test holds it."""
    tests = "\n".join(path.read_text(encoding="utf-8") for path in PROJECT.glob("tests/**/test_*.py"))
    there = set(re.findall(r"^ *def (test_\w+)", tests, re.MULTILINE))
    named = {word for page in PAGES for word in words(str(page)) if re.fullmatch(r"test_\w+", word)}

    assert len(named) > 50
    assert named - there == set()


def test_every_module_that_a_page_names_is_there() -> None:
    """Decisions name files as they were."""
    there = [f"/{path.relative_to(PROJECT)}" for folder in CODE_FOLDERS for path in PROJECT.glob(f"{folder}/**/*.py")]
    pages = [page for page in PAGES if page.parent.name != "decisions"]
    named = {word for page in pages for word in words(str(page)) if re.fullmatch(r"[\w/]+\.py", word)}

    assert len(named) > 10
    assert [name for name in named if not any(path.endswith(f"/{name}") for path in there)] == []


def test_every_make_target_that_a_page_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", text_of("Makefile"), re.MULTILINE))
    named = {
        match[1]
        for page in PAGES
        for match in re.finditer(r"(?:`|^\$ )make ([a-z][a-z0-9-]*)", text_of(page), re.MULTILINE)
    }

    assert named - targets == set()


def test_decisions_are_listed_by_the_questions_that_they_answer() -> None:
    pages = [page for page in PAGES if page.match("docs/decisions/[0-9]*.md")]
    titles = {page.name: text_of(page).splitlines()[0].removeprefix(f"# {page.name[:4]}: ") for page in pages}

    assert [title for title in titles.values() if not title.endswith("?")] == []
    for name, title in titles.items():
        assert f"| {name[:4]} | [{title}]({name}) |" in text_of("docs/decisions/README.md").splitlines()


# ── The template ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_tables_of_parameters_outputs_and_variables_are_what_the_template_says() -> None:
    assert text_of("docs/deploy.md") == deploy_page(TEMPLATE, text_of("docs/deploy.md")), "write them anew: make docs"


def test_the_tables_have_every_parameter_and_output() -> None:
    assert TEMPLATE["Parameters"].keys() | TEMPLATE["Outputs"].keys() <= words("docs/deploy.md")


def test_every_variable_that_a_function_reads_is_explained_and_no_other() -> None:
    read = {name for function in CONFIGS for name in variables_of(function)}
    rows = set(re.findall(r"^\| `([A-Z_]+)` \|", text_of("docs/deploy.md"), re.MULTILINE))

    assert rows == read | OF_POWERTOOLS


def test_the_architecture_shows_every_function_queue_and_table() -> None:
    (picture,) = re.findall(r"```mermaid\n(.*?)```", text_of("docs/architecture.md"), re.DOTALL)

    assert [name for name in of_type(*OF_THE_WAY) if not re.search(rf"\b{name}\b", picture)] == []


STEP = re.compile(r"^\d+\. \[[^]]+]\(\.\./([^)]+)\) `([^`]+)`: ", re.MULTILINE)
"""A step of a walk: its file, and its function."""


@cache
def definitions(path: str) -> set[str]:
    """Functions and methods of a module, the latter behind their class."""
    found = set()
    for node in ast.parse(text_of(path)).body:
        inside = node.body if isinstance(node, ast.ClassDef) else []
        for one in (node, *inside):
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(f"{node.name}.{one.name}" if isinstance(node, ast.ClassDef) else one.name)
    return found


def test_every_step_of_a_walk_names_a_function_that_is_there() -> None:
    walks = re.split(r"^### ", text_of("docs/architecture.md"), flags=re.MULTILINE)[1:]
    steps = [(walk.splitlines()[0], STEP.findall(walk.split("\n## ")[0])) for walk in walks]

    assert len(steps) == 3
    for title, named in steps:
        assert len(named) > 5, title
        assert [step for step in named if step[1] not in definitions(step[0])] == [], title


def test_the_architecture_draws_the_layers_that_import_linter_holds() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    programs, packages = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    (drawn,) = re.findall(r"```text\n(.*?)```", text_of("docs/architecture.md"), re.DOTALL)

    assert drawn.splitlines() == [*programs, *(f"  {layer}" for layer in packages)]


def test_the_architecture_has_a_line_for_every_package() -> None:
    packages = {path.parent.relative_to(PROJECT) for path in PROJECT.glob("functions/ringback/*/__init__.py")}
    packages |= {path.parent.relative_to(PROJECT) for path in PROJECT.glob("functions/*/__init__.py")}
    packages |= {path.parent.relative_to(PROJECT) for path in PROJECT.glob("*/__init__.py")}
    rows = set(re.findall(r"^\| \[[^]]+]\(\.\./([^)]+)\) \|", text_of("docs/architecture.md"), re.MULTILINE))

    assert rows == {str(package) for package in packages}


def test_every_alarm_has_a_heading_that_says_what_to_do() -> None:
    alarms = of_type("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")

    assert set(alarms) <= headings("docs/operations.md")
    for name in alarms:
        assert name in TEMPLATE["Resources"][name]["Properties"]["AlarmDescription"]


# ── The code ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_metric_is_explained() -> None:
    assert METRICS.keys() <= words("docs/metrics.md")


def in_code(pattern: str) -> set[str]:
    """What *pattern* finds in the functions and the layer."""
    return {found for path in CODE for found in re.findall(pattern, text_of(path))}


def test_every_log_line_is_explained() -> None:
    lines = in_code(r"logger\.(?:info|warning|error|debug)\(\s*\"([^\"]+)\"")

    changes = set(StatusEventKind) - {StatusEventKind.DELIVERY_FAILED}  # its attempts are lines

    assert "delivery.attempted" in lines
    assert lines | changes | set(ReportKind) <= words("docs/operations.md") | words("docs/metrics.md")


def test_every_reason_of_a_dead_letter_is_explained() -> None:
    assert set(MalformedReason) <= words("docs/operations.md")


@pytest.mark.parametrize(
    "names", [Outcome, DeliveryStatus, AttemptReason, StatusEventKind], ids=lambda names: names.__name__
)
def test_customers_and_platform_can_look_up_what_they_are_told(names: type[StrEnum]) -> None:
    assert set(names) <= words("docs/deliveries.md")


def test_the_api_s_page_has_every_status_of_an_error() -> None:
    statuses = {HTTPStatus[name] for name in in_code(r"HTTPStatus\.([A-Z_]+)")}
    errors = {str(status.value) for status in statuses if status.is_client_error or status.is_server_error}

    assert {"400", "429", "503"} <= errors
    assert errors <= set(re.findall(r"\b[45]\d\d\b", text_of("docs/api.md")))
