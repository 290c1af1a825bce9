"""GraphQL documents in the documentation are valid, and the server answers them."""

import pytest
from graphql import OperationDefinitionNode, OperationType, parse, validate

from schema import schema
from tests.docs.pages import blocks
from tests.support.cluster import running_cluster

DOCUMENTS = blocks("graphql")


def operation_of(document):
    [operation] = [
        each for each in parse(document).definitions if isinstance(each, OperationDefinitionNode)
    ]
    return operation


def is_executable(block):
    """Return whether the block can be sent as it is: no subscription, no required variable."""
    operation = operation_of(block.code)
    return operation.operation != OperationType.SUBSCRIPTION and not operation.variable_definitions


@pytest.fixture(scope="module")
def server(django_db_setup):
    with running_cluster() as cluster:
        yield cluster


@pytest.mark.parametrize("block", DOCUMENTS, ids=str)
def test_document_is_valid(block):
    assert not validate(schema._schema, parse(block.code))


@pytest.mark.parametrize("block", [each for each in DOCUMENTS if is_executable(each)], ids=str)
def test_document_is_answered(block, server, transactional_db):
    status, body = server.request("POST", "/graphql/", {"query": block.code})

    assert status == 200
    assert "errors" not in body, body
