"""PostgreSQL and Valkey as children of this process: real servers, nothing to install."""

from project.standalone.engines.base import LAST_LINES, Engine, EngineError, free_port
from project.standalone.engines.postgresql import PostgreSQL
from project.standalone.engines.upgrade import UpgradingPostgreSQL
from project.standalone.engines.valkey import Valkey

__all__ = [
    "LAST_LINES",
    "Engine",
    "EngineError",
    "PostgreSQL",
    "UpgradingPostgreSQL",
    "Valkey",
    "free_port",
]
