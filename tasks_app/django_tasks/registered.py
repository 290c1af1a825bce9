"""The tasks that the backend accepts. A worker node runs an addition and nothing else."""

from django_tasks import task


@task
def add(a: int, b: int) -> int:
    """Return a + b, of integers of 64 bits with a sign."""
    return a + b
