"""The settings of each function, by its name in the template."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.environment import CONFIG
from custom_resource.environment import CustomResourceConfig
from feedback.environment import FeedbackConfig
from requeue.environment import RequeueConfig
from ringback.config import Config, variable_names

CONFIGS: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "DeliverFunction": (Config,),
        "RequeueFunction": (RequeueConfig,),
        "FeedbackFunction": (FeedbackConfig,),
        "ApiFunction": CONFIG,
        "CallbackResourceFunction": (CustomResourceConfig,),
    }
)

SHARED = frozenset({"DELIVERIES_TABLE", "RETRIES_QUEUE_URL"})
"""Variables that the template's Globals give to every function, whether it reads them or not."""


def variables_of(function: str, *, required_only: bool = False) -> set[str]:
    """Return the variables that *function* reads."""
    return {name for config in CONFIGS[function] for name in variable_names(config, required_only=required_only)}
