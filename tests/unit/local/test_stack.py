from pathlib import Path

from local.stack import PARAMETERS, with_numbers
from tools.template import load, translate

TEMPLATE = load(Path(__file__).parents[3] / "template.yaml")


def test_the_local_stack_sets_only_parameters_that_there_are() -> None:
    assert set(PARAMETERS) <= TEMPLATE["Parameters"].keys()


def test_concurrency_becomes_a_number_and_everything_else_stays() -> None:
    translated = translate(TEMPLATE, {})

    changed = with_numbers(translated)

    lanes = [one["Properties"] for one in changed["Resources"].values() if "ScalingConfig" in one["Properties"]]
    assert [lane["ScalingConfig"] for lane in lanes] == [{"MaximumConcurrency": 2}] * 2
    unchanged = {name for name, one in changed["Resources"].items() if one == translated["Resources"][name]}
    assert translated["Resources"].keys() - unchanged == {"DeliverFunctionEvents", "DeliverFunctionRetries"}
