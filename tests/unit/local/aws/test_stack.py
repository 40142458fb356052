from pathlib import Path

from local.aws.stack import PARAMETERS, as_ministack_takes_it
from local.template import load, translate

TEMPLATE = load(Path(__file__).parents[4] / "template.yaml")


def test_the_local_stack_sets_only_parameters_that_there_are() -> None:
    assert set(PARAMETERS) <= TEMPLATE["Parameters"].keys()


def test_concurrency_becomes_a_number_and_everything_else_stays() -> None:
    translated = translate(TEMPLATE, {})

    changed = as_ministack_takes_it(translated)["Resources"]

    lanes = [one["Properties"] for one in changed.values() if "ScalingConfig" in one["Properties"]]
    assert [lane["ScalingConfig"] for lane in lanes] == [{"MaximumConcurrency": 2}] * 2
    different = {name for name, one in changed.items() if one != translated["Resources"][name]}
    assert different == {"DeliverFunctionEvents", "DeliverFunctionRetries", "Api"}


def test_whoever_asks_for_more_concurrency_gets_it() -> None:
    changed = as_ministack_takes_it(translate(TEMPLATE, {}), {**PARAMETERS, "EventsConcurrency": "100"})["Resources"]

    lane = changed["DeliverFunctionEvents"]["Properties"]
    assert lane["ScalingConfig"] == {"MaximumConcurrency": 100}


def test_the_settings_of_pages_have_the_names_that_ministack_looks_for() -> None:
    _, settings, _ = as_ministack_takes_it(TEMPLATE)["Resources"]["Api"]["Properties"]["CorsConfiguration"]["Fn::If"]

    assert settings.keys() == {"allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge"}


def test_concurrency_becomes_a_number_in_the_template_as_it_is_written_too() -> None:
    deliver = as_ministack_takes_it(TEMPLATE)["Resources"]["DeliverFunction"]["Properties"]

    assert [lane["Properties"]["ScalingConfig"] for lane in deliver["Events"].values()] == [
        {"MaximumConcurrency": 2}
    ] * 2


def test_what_ministack_does_not_know_is_left_out() -> None:
    resources = {
        "Query": {"Type": "AWS::Logs::QueryDefinition", "Properties": {"QueryString": "limit 1"}},
        "Rate": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": []}},
        "Age": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "ApproximateAgeOfOldestMessage"}},
    }

    assert as_ministack_takes_it({"Resources": resources})["Resources"].keys() == {"Age"}
