"""The query of forecasts."""

from typing import Annotated

import strawberry
import strawberry_django
from django.core.exceptions import ValidationError
from graphql import GraphQLError

from schema.core.payloads import user_errors
from schema.core.relay import BadInputError
from schema.types.forecasts.changes import ForecastChange
from schema.types.forecasts.types import Forecast, forecast_of
from tasks_app.services import forecasts
from tasks_app.services.forecasts import CHANGES_MAX


@strawberry.type
class ForecastQueries:
    @strawberry_django.field(
        description=(
            "A forecast of when the cluster has worked off its backlog: as it is, and with changes."
            " It changes nothing."
        )
    )
    def forecast(
        self,
        changes: Annotated[
            list[ForecastChange] | None,
            strawberry.argument(
                description=(
                    f"The changes that the forecast assumes, at most {CHANGES_MAX}. They are made"
                    " in order, all at the time of the forecast. Default: none."
                )
            ),
        ] = None,
    ) -> Forecast:
        given = changes or []
        if len(given) > CHANGES_MAX:
            raise BadInputError(f"`changes` must have at most {CHANGES_MAX} elements.")
        try:
            found = forecasts.forecast([change.to_change() for change in given])
        except ValidationError as error:
            raise _bad_input(error, given) from error
        except forecasts.BusyError as error:
            message = "The server has no time for another forecast now. Try again in a few seconds."
            raise GraphQLError(message, extensions={"code": "RATE_LIMITED"}) from error
        return forecast_of(found)


def _bad_input(error: ValidationError, changes: list[ForecastChange]) -> BadInputError:
    [found] = user_errors(error, at=("changes",))
    name, number, *rest = found.field
    path = [name, number, changes[int(number)].path, *rest]
    return BadInputError(f"`{'.'.join(path)}`: {found.message}", field=path)
