"""Scheduling policies: the order of tasks, and the rules by which a node claims them.

`claim`, `orders` and `retries` have rules of the running cluster and of the simulation; `shares`
has the fair share of the running cluster.
"""

from tasks_app.policy.claim import (
    BY_PRIORITY_SQL,
    OVERHEAD,
    SEARCH_DEPTH,
    Candidate,
    Capacity,
    Choice,
    Claimable,
    Key,
    NodeCapacity,
    Occupied,
    Order,
    Reservation,
    by_priority,
    choices,
    reservation_of,
    reserve,
)

__all__ = [
    "BY_PRIORITY_SQL",
    "OVERHEAD",
    "SEARCH_DEPTH",
    "Candidate",
    "Capacity",
    "Choice",
    "Claimable",
    "Key",
    "NodeCapacity",
    "Occupied",
    "Order",
    "Reservation",
    "by_priority",
    "choices",
    "reservation_of",
    "reserve",
]
