"""Protections of GraphQL: cost, pages, errors."""

from tests.mutants.protection import Protection

COST = "schema/execution/cost.py"
PARSING = "schema/execution/parsing.py"
PAGINATION = "schema/core/pagination.py"
IN_LIMITS = ("tests/api/graphql/operations/test_limits.py",)

PROTECTIONS = (
    Protection(
        "cost of a document",
        COST,
        "cost=10_000)",
        "cost=10_000_000)",
        IN_LIMITS,
    ),
    Protection(
        "depth of a document",
        COST,
        "LIMITS = Measure(depth=15,",
        "LIMITS = Measure(depth=1500,",
        IN_LIMITS,
    ),
    Protection(
        "fragments are measured once",
        COST,
        "        if name not in self._known:\n",
        "        if True:\n",
        IN_LIMITS,
    ),
    Protection(
        "tokens of a document",
        PARSING,
        "parse(text, max_tokens=TOKENS_MAX)",
        "parse(text)",
        IN_LIMITS,
    ),
    Protection(
        "page size",
        PAGINATION,
        "if not 0 <= self.size <= PAGE_MAX:",
        "if False:",
        (
            "tests/api/graphql/tasks/test_pages.py",
            "tests/api/graphql/operations/test_mistakes.py",
        ),
    ),
    Protection(
        "cursor of another order",
        PAGINATION,
        "        if name != order.name:\n",
        "        if False:\n",
        (
            "tests/api/graphql/tasks/test_pages.py",
            "tests/api/graphql/operations/test_mistakes.py",
        ),
    ),
    Protection(
        "responses by GET are current",
        "schema/transport/caching.py",
        "response.content, digest_size",
        'b"", digest_size',
        ("tests/api/graphql/operations/test_persisted_documents.py",),
    ),
    Protection(
        "internal errors are masked",
        "schema/core/errors.py",
        "        if is_public(error):\n            # What",
        "        if True:\n            # What",
        (
            "tests/api/graphql/operations/test_mistakes.py",
            "tests/api/graphql/operations/test_http.py",
        ),
    ),
)
