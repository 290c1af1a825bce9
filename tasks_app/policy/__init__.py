"""Scheduling policies: the order of tasks, and the rules by which a node claims them.

`claim` and `retries` have rules of the running cluster and of the simulation. `orders` has the
named policies. The running cluster uses the policy `priority` with backfill; the others exist in
the simulation only.
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
