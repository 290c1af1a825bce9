"""Histograms of durations with buckets whose width grows with the duration. Pure."""

import math
from collections.abc import Mapping

# With four buckets to each doubling, a percentile is off by 9 % at most.
BUCKETS_PER_DOUBLING = 4


def bucket(ms: float) -> int:
    """Return the bucket of a duration in milliseconds.

    Bucket 0 holds durations below 1 ms; bucket n those below ``2 ** (n / 4)`` ms.
    """
    return 0 if ms < 1 else 1 + int(math.log2(ms) * BUCKETS_PER_DOUBLING)


def bucket_end(number: int) -> float:
    """Return the exclusive upper bound of a bucket in milliseconds."""
    return float(2 ** (number / BUCKETS_PER_DOUBLING))


def percentile(histogram: Mapping[int, int], percent: float) -> float | None:
    """Return a percentile in milliseconds: the middle of its bucket.

    Args:
        histogram: The number of durations in each bucket.
        percent: The percentile, from 0 to 100.

    Returns:
        The percentile; None if the histogram is empty.
    """
    remaining = sum(histogram.values()) * percent / 100
    for number in sorted(histogram):
        remaining -= histogram[number]
        if remaining <= 0:
            return bucket_end(number) / 2 ** (0.5 / BUCKETS_PER_DOUBLING) if number else 0.5
    return None
