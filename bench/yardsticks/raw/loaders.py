"""Measures lists with relations, by prefetching and by DataLoaders: `python -m` this module.

Both have the same schema and run the same statements. DataLoaders are as fast as they can be:
statements run in the event loop's own thread, which Django forbids elsewhere, so that no value has
to pass from thread to thread. Prints the CPU time of each in milliseconds per list, as JSON.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from functools import partial
from typing import Any

import django

TIMES = 100
WARM_UP = 10
QUERY = """{ tasks(first: 100) { nodes {
    uuid a b status result queue { name } workerNode { name } pendingReason
    history(last: 2) { kind at workerNode { name } } } } }"""

# None while prefetching is measured.
_loaders: ContextVar[dict[Hashable, Any] | None] = ContextVar("loaders", default=None)


def main() -> None:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()

    from tasks_app.access.actors import OPEN_ACCESS, acting_as

    with acting_as(OPEN_ACCESS):
        prefetched, loaded = _ways()
        if prefetched() != loaded():
            raise SystemExit("The two ways return different answers.")
        # In turn, so that a machine that changes its speed changes it for both.
        spent = {prefetched: 0.0, loaded: 0.0}
        for number in range(WARM_UP + TIMES):
            for way in spent:
                began = time.process_time()
                way()
                if number >= WARM_UP:
                    spent[way] += time.process_time() - began
    print(json.dumps([spent[way] * 1000 / TIMES for way in (prefetched, loaded)]))


def _ways() -> tuple[Callable[[], object], Callable[[], object]]:
    from schema import schema

    other = _schema_with_loaders()
    loop = asyncio.new_event_loop()

    def prefetched() -> object:
        return _data(schema.execute_sync(QUERY))

    def loaded() -> object:
        token = _loaders.set({})
        try:
            return _data(loop.run_until_complete(other.execute(QUERY)))
        finally:
            _loaders.reset(token)

    return prefetched, loaded


def _data(result: Any) -> object:
    if result.errors:
        raise result.errors[0]
    return result.data


def _schema_with_loaders() -> Any:
    from strawberry.schema.config import StrawberryConfig

    from schema import Schema, schema
    from schema.core import errors, prefetch
    from schema.core.scalars import SCALARS
    from schema.execution.parsing import Documents

    other = Schema(
        query=schema.query,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[Documents, errors.Mask],
    )
    for (model, name), load in prefetch._loads.items():
        kind = other._schema.type_map.get(model.__name__)
        if field := getattr(kind, "fields", {}).get(name):
            field.resolve = partial(_resolve, (model, name), load, field.resolve)
    prefetch_rows = prefetch._load
    prefetch._load = lambda rows, selections: (
        prefetch_rows(rows, selections) if _loaders.get() is None else None
    )
    return other


async def _resolve(
    key: Hashable,
    load: Callable[..., Any],
    resolve: Callable[..., Any],
    row: object,
    info: object,
    **arguments: Any,
) -> Any:
    from strawberry.dataloader import DataLoader

    async def batch(rows: list[Any]) -> list[None]:
        load(rows, arguments)
        return [None] * len(rows)

    loaders = _loaders.get()
    assert loaders is not None
    key = (key, *sorted(arguments.items()))
    if key not in loaders:
        loaders[key] = DataLoader(batch, cache_key_fn=id)
    await loaders[key].load(row)
    return resolve(row, info, **arguments)


if __name__ == "__main__":
    main()
