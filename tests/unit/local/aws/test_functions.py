"""What `make build` left, by the names of the template."""

from pathlib import Path

import pytest

from local.aws.functions import built, names
from local.errors import LocalError
from local.paths import Paths

TEMPLATE = """
Globals:
  Function:
    Layers: [!Ref Shared]
Resources:
  First:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: FirstCode, Handler: first.app.handler}
  Second:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: SecondCode, Handler: second.app.handler, Layers: [!Ref Own]}
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: SharedPackages}
  Own:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: OwnPackages}
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    return Paths(build=tmp_path)


def test_a_function_has_the_layers_of_all_functions_and_its_own(paths: Paths) -> None:
    shared, own = (paths.build / name / "python" for name in ("SharedPackages", "OwnPackages"))

    assert names(paths) == ["First", "Second"]
    assert built("First", paths).layers == (shared,)
    second = built("Second", paths)
    assert second.layers == (shared, own)
    assert (second.code, second.handler) == (paths.build / "SecondCode", "second.app.handler")


@pytest.mark.parametrize(("name", "said"), [("Third", 'there is no function "Third"'), ("", "no function is named")])
def test_an_unknown_function_is_answered_with_those_that_there_are(paths: Paths, name: str, said: str) -> None:
    with pytest.raises(LocalError, match=f"{said}; the template has First, Second"):
        built(name, paths)


def test_before_a_build_it_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="make build"):
        names(Paths(build=tmp_path))
