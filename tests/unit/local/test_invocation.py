"""What a function is given in a process of the tests is what the template gives it."""

from local.invocation import deliver_variables
from tests.template_under_test import path_under_test, written

TEMPLATE = written(path_under_test())


def test_deliver_has_the_variables_of_the_template_and_no_others() -> None:
    everywhere = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    own = TEMPLATE["Resources"]["DeliverFunction"]["Properties"]["Environment"]["Variables"]

    assert deliver_variables().keys() == {**everywhere, **own}.keys()


def test_a_variable_can_be_another_one() -> None:
    assert deliver_variables(SUCCESS_LOG_RATE="1")["SUCCESS_LOG_RATE"] == "1"
