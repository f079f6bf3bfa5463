"""A fuzzer that knows our OpenAPI document asks everything that it allows, and much that it does not."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from monitor.discovery import instances
from monitor.web.api.openapi import document
from monitor.web.page import Page

schema = schemathesis.openapi.from_dict(
    document(instances("monitor.web.api", Page)),
    config=SchemathesisConfig.from_dict({"generation": {"database": "none"}}),
)


@schema.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)
def test_nothing_that_is_asked_breaks_the_api_or_its_promises(
    case: "schemathesis.Case[Any]", dashboard: str
) -> None:
    """No answer of 500, none of another form than promised, none to what the document forbids."""
    case.call_and_validate(base_url=dashboard)
