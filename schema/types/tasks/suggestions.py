"""The query that proposes what to write next in a search."""

from itertools import islice
from typing import Annotated

import strawberry
import strawberry_django

from schema.core.pagination import PAGE_MAX
from schema.core.relay import BadInputError
from schema.types.tasks.filters import InvalidSearchError
from tasks_app import search
from tasks_app.services.search_names import names

SUGGESTIONS_DEFAULT = 25


@strawberry.type(description="A text that can be written at the cursor of a search.")
class SearchSuggestion:
    text: str = strawberry.field(
        description="The text to insert: a key with its colon, or a value."
    )
    description: str = strawberry.field(description="The meaning of the text.")
    is_complete: bool = strawberry.field(
        description="Whether the text completes a term. False for a key, which needs a value."
    )


@strawberry.type(description="The texts that can be written at the cursor of a search.")
class SearchSuggestions:
    start: int = strawberry.field(
        description="The position of the first character that a suggestion replaces, from 0."
    )
    end: int = strawberry.field(
        description="The position after the last character that a suggestion replaces."
    )
    suggestions: list[SearchSuggestion] = strawberry.field(
        description="The suggestions, best first. Empty if nothing known begins with the text."
    )


@strawberry.type
class SearchSuggestionQueries:
    @strawberry_django.field(
        description=(
            "Suggestions for a text in the search language of `TaskWhere.search`: keys, and the"
            " values of the key at the cursor. Positions count Unicode code points."
        )
    )
    def search_suggestions(
        self,
        text: Annotated[
            str, strawberry.argument(description="The search text. It need not be valid.")
        ],
        cursor: Annotated[
            int | None,
            strawberry.argument(description="The position of the cursor. Default the text's end."),
        ] = None,
        first: Annotated[
            int,
            strawberry.argument(
                description=(
                    f"Returns the first n suggestions, 1 to {PAGE_MAX}."
                    f" Default {SUGGESTIONS_DEFAULT}."
                )
            ),
        ] = SUGGESTIONS_DEFAULT,
    ) -> SearchSuggestions:
        if not 1 <= first <= PAGE_MAX:
            raise BadInputError(f"`first` must be between 1 and {PAGE_MAX}.")
        position = len(text) if cursor is None else cursor
        if not 0 <= position <= len(text):
            raise BadInputError("`cursor` must be between 0 and the length of `text`.")
        try:
            completion = search.complete(text, position, names)
        except search.SearchError as error:
            raise InvalidSearchError(error) from error
        return SearchSuggestions(
            start=completion.start,
            end=completion.end,
            suggestions=[
                SearchSuggestion(
                    text=each.text, description=each.description, is_complete=each.is_complete
                )
                for each in islice(completion.proposals, first)
            ],
        )
