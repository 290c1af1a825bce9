"""Reads scenarios from standard input and writes their forecasts to standard output, by pickle.

`services.forecasts` starts it, so that a forecast neither holds the interpreter of the web process
nor takes longer than it may. It loads neither Django nor settings.
"""

import pickle
import sys

from tasks_app.simulation.forecast.compute import forecast


def main() -> None:
    """Compute the forecasts."""
    scenarios = pickle.load(sys.stdin.buffer)  # noqa: S301  the process that started this wrote it
    found = forecast(scenarios)
    pickle.dump(found, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main()
