"""The ASGI application of a replay: the project's own, and the endpoint that controls it."""

import sys
from pathlib import Path

from django.db import DatabaseError
from starlette.routing import Route, Router

from project import asgi
from project.replay.connections import Connections
from project.replay.control import Control
from project.replay.options import Options
from tasks_app.recording.file import Recording, RecordingError
from tasks_app.recording.player import Player

_options = Options.of_environment()
_connections = Connections(asgi.application)
_player = Player(
    Recording.load(Path(_options.file)),
    speed=_options.speed,
    loops=_options.loops,
    keeps_times=_options.keeps_times,
    on_restart=_connections.close_from_thread,
)
try:
    # The server answers when the state at the start is loaded.
    _player.start()
except (RecordingError, DatabaseError) as error:
    sys.exit(f"{_options.file} cannot be replayed: {str(error).strip()}")
_control = Control(_player, _connections)

application = Router(
    [
        Route("/replay/", _control.answer, methods=["GET", "POST"]),
        Route("/replay", _control.answer, methods=["GET", "POST"]),
    ],
    default=_connections,
)
