from project.settings import *  # noqa: F403

# All else is ours: what differs is what a request goes through once it has reached its view.
ROOT_URLCONF = "bench.yardsticks.raw.urls"
