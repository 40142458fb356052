"""What `make build` left, by the names of the template."""

from pathlib import Path

import pytest

from local.errors import LocalError
from local.functions import built, names
from local.places import Places

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
def places(tmp_path: Path) -> Places:
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    return Places(build=tmp_path)


def test_a_function_has_the_layers_of_all_functions_and_its_own(places: Places) -> None:
    shared, own = (places.build / name / "python" for name in ("SharedPackages", "OwnPackages"))

    assert names(places) == ["First", "Second"]
    assert built("First", places).layers == (shared,)
    second = built("Second", places)
    assert second.layers == (shared, own)
    assert (second.code, second.handler) == (places.build / "SecondCode", "second.app.handler")


@pytest.mark.parametrize(("name", "said"), [("Third", 'there is no function "Third"'), ("", "no function is named")])
def test_an_unknown_function_is_answered_with_those_that_there_are(places: Places, name: str, said: str) -> None:
    with pytest.raises(LocalError, match=f"{said}; the template has First, Second"):
        built(name, places)


def test_before_a_build_it_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="make build"):
        names(Places(build=tmp_path))
