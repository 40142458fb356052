"""The console's files: how much they are, what is in them, and what is not."""

import base64
import hashlib
import re

import pytest

from api import console_files
from api.console_colors import BACKGROUNDS, contrast, style_of
from api.console_files import MODULES, SOURCES, ConsoleConfig, console, script
from ringback.config import read_config

SETTINGS = read_config(ConsoleConfig, {})
MAX_RAW, MAX_PACKED = 60_000, 20_000
MAX_LINES = 120


def text_of(module: str) -> str:
    return (SOURCES / f"{module}.js").read_text(encoding="utf-8")


def texts(settings: ConsoleConfig = SETTINGS) -> dict[str, str]:
    one = console(settings)
    return {"page": one.page.text, **{name: file.text for name, file in one.files.items()}}


def test_all_of_it_keeps_to_its_budget() -> None:
    publications = [console(SETTINGS).page, *console(SETTINGS).files.values()]
    packed = [publication.answer({"accept-encoding": "gzip"}).body or "" for publication in publications]

    assert sum(len(text.encode()) for text in texts().values()) <= MAX_RAW
    assert sum(len(base64.b64decode(body)) for body in packed) <= MAX_PACKED


def test_its_modules_are_small_and_all_of_them_are_joined() -> None:
    there = {path.name for path in SOURCES.iterdir() if path.name.endswith(".js")}

    assert there == {"vendor.js", *(f"{name}.js" for name in MODULES)}
    assert {
        name: len(text_of(name).splitlines()) for name in MODULES if len(text_of(name).splitlines()) > MAX_LINES
    } == {}


DECLARED = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)


def test_a_module_imports_only_what_another_one_exports() -> None:
    whole = re.compile(r'^import \{ ([^}]+) \} from "\./(\w+)\.js";$', re.MULTILINE)
    sources = {name: text_of(name) for name in MODULES}
    exported = {
        name: {one for one in DECLARED.findall(text) if re.search(rf"^export .*\b{one}\b", text, re.MULTILINE)}
        for name, text in sources.items()
    } | {"vendor": {"Component", "html", "render"}}

    for text in sources.values():
        assert len(whole.findall(text)) == len(re.findall(r"^import ", text, re.MULTILINE))
        for names, module in whole.findall(text):
            assert set(names.split(", ")) <= exported[module]


def test_no_two_modules_have_the_same_name_for_something() -> None:
    """They share one scope once they are joined."""
    names = [one for name in MODULES for one in DECLARED.findall(text_of(name))]

    assert len(names) == len(set(names)) > 60
    assert not re.search(r"^(export|import) (?!\{ ?Webhook)", script(), re.MULTILINE)


def test_nothing_in_it_makes_html_or_code_of_text() -> None:
    """Trusted Types enforce it, too."""
    ours = "".join(map(text_of, MODULES)) + texts()["page"]

    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "dangerouslySet", "eval(", "Function("):
        assert word not in ours
    assert not re.search(r"\sstyle=|\son\w+=\"", texts()["page"])
    assert not re.findall(r"https?://(?!\()", re.sub(r"https?:\\/\\/", "", ours.replace("https:// alone", "")))


def test_the_library_is_the_one_that_the_recipe_made() -> None:
    for line in (SOURCES / "vendor.sha256").read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        assert hashlib.sha256((SOURCES / name).read_bytes()).hexdigest() == digest


def test_another_setting_is_another_version_and_so_another_address() -> None:
    other = read_config(ConsoleConfig, {"CONSOLE_COLOR": "#ff6600"})

    assert console(other).version != console(SETTINGS).version
    assert console(other).version in console(other).page.text


def test_a_name_and_a_url_are_text_in_the_page() -> None:
    wild = '"><script>alert(1)</script>&'
    page = console(
        read_config(ConsoleConfig, {"CONSOLE_NAME": wild, "CONSOLE_RETURN_URL": f"https://e.example/{wild}"})
    ).page

    assert "<script>alert" not in page.text
    assert "&quot;&gt;&lt;script&gt;" in page.text


def test_who_may_frame_it_is_in_its_policy() -> None:
    nobody = console(SETTINGS).page.headers["Content-Security-Policy"]
    settings = read_config(ConsoleConfig, {"CONSOLE_FRAMES": "https://a.example,https://b.example"})
    two = console(settings).page.headers["Content-Security-Policy"]

    assert "frame-ancestors 'none'" in nobody
    assert "frame-ancestors https://a.example https://b.example;" in two
    assert "unsafe" not in nobody


@pytest.mark.parametrize("color", ["#0b5cad", "#ffffff", "#000000", "#ffee00", "#7f7f7f", "#ff0000", "#00ff88"])
def test_whatever_the_platform_s_colour_is_links_and_buttons_can_be_read(color: str) -> None:
    named = dict(re.findall(r"--([\w-]+):#([0-9a-f]{6})", style_of(color)))
    light, dark = (bytes.fromhex(one.removeprefix("#")) for one in BACKGROUNDS)

    assert contrast(bytes.fromhex(named["link-light"]), light) >= 4.5
    assert contrast(bytes.fromhex(named["link-dark"]), dark) >= 4.5
    assert contrast(bytes.fromhex(named["on-brand"]), bytes.fromhex(named["brand"])) >= 4.5


def test_what_is_taken_out_is_air_alone() -> None:
    packed = console_files.packed('/** Why. */\nconst a = {\n  b: c ? "d = e" : `f`,\n};\n\n')

    assert packed.startswith("const a={b: c?")
