"""The options of a replay, which the command passes to the web process in its environment."""

import json
import os
from dataclasses import asdict, dataclass

VARIABLE = "REPLAY_OPTIONS"


@dataclass(frozen=True)
class Options:
    """What to replay, and how."""

    file: str
    speed: float
    loops: bool
    keeps_times: bool

    def environment(self) -> dict[str, str]:
        """Return the environment for the web process."""
        return {VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def of_environment(cls) -> "Options":
        """Return the options that the command has passed."""
        return cls(**json.loads(os.environ[VARIABLE]))
