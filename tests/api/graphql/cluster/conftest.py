"""Mutations of nodes and queues."""

import pytest

from tests.api.graphql.cluster.selections import NODE


@pytest.fixture
def order(data):
    """Give an order; answers what the payload shows and the errors."""

    def order(mutation, **parameters):
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        returns = "queue { name paused pauseNote runningLimit }"
        if mutation in ("forgetWorkerNode", "deleteQueue"):
            returns = "deletedId"
        elif mutation.endswith("WorkerNode"):
            returns = f"workerNode {{ {NODE} }}"
        return data(
            f"""mutation M($input: {kind}!) {{ {mutation}(input: $input) {{
                {returns} errors {{ code field message }} }} }}""",
            input=parameters,
        )[mutation]

    return order
