"""Runs programs that print lines of JSON, and reads what they print."""

import json
import queue
import subprocess
import threading

from tests.support.waiting import TIMEOUT_FACTOR


class Program:
    """A running program, whose lines are a name and a value in JSON."""

    def __init__(self, command):
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._lines = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def next(self, *names):
        """Return the value of the next line with one of these names."""
        while True:
            name, value = self._lines.get(timeout=20 * TIMEOUT_FACTOR)
            if name in names:
                return value

    def end(self):
        """Ask the program to end; return its exit status."""
        self._process.stdin.close()
        return self._process.wait(timeout=20 * TIMEOUT_FACTOR)

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._listener.join()
        self._process.stdin.close()
        self._process.stdout.close()

    def _listen(self):
        for line in self._process.stdout:
            self._lines.put(json.loads(line))
