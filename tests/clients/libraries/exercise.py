"""Uses a library in its own environment: `exercise.py LIBRARY URL TOKEN SCENARIO`.

It prints lines of JSON. The scenario `use` queries, changes and reads pages. `follow` follows the
changes of tasks, through restarts of the server, until its standard input ends. Each module of this
folder has a class `Connection`, which uses one library.
"""

import importlib
import json
import os
import sys
import threading
import time

QUERY = "query Task($id: ID!) { task(id: $id) { id a b } }"
CREATE = """mutation Create($input: CreateTaskInput!) {
  createTask(input: $input) { task { id a b } errors { message } }
}"""
PAGE = """query Page($first: Int!, $after: String) {
  tasks(first: $first, after: $after) { nodes { a } pageInfo { hasNextPage endCursor } }
}"""
CURSOR = "{ cluster { cursor } }"
CHANGES = """subscription Changes($after: String) {
  taskStatusChanged(after: $after) { cursor taskId version }
}"""


def main(library: str, url: str, token: str, scenario: str) -> None:
    module = importlib.import_module(f"{library}_library")
    SCENARIOS[scenario](module, url, token)


def use(module, url, token):
    say("refused", module.Connection(url, None).execute(QUERY, id="VGFzazow"))
    connection = module.Connection(url, token)
    task = connection.execute(CREATE, input={"a": 1, "b": 2})["createTask"]["task"]
    say("created", task)
    say("found", connection.execute(QUERY, id=task["id"])["task"])
    for a in (2, 3, 4, 5):
        connection.execute(CREATE, input={"a": a, "b": 0})
    say("pages", list(pages(connection)))


def follow(module, url, token):
    threading.Thread(target=_exit_with_input, daemon=True).start()
    connection = module.Connection(url, token)
    after = connection.execute(CURSOR)["cluster"]["cursor"]
    say("following")
    while True:
        try:
            for data in connection.follow(CHANGES, after=after):
                after = data["taskStatusChanged"]["cursor"]
                say("change", data["taskStatusChanged"])
        except module.ERRORS as error:
            say("ended", str(error))
        time.sleep(0.1)


SCENARIOS = {"use": use, "follow": follow}


def pages(connection):
    page = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        tasks = connection.execute(PAGE, first=2, after=page["endCursor"])["tasks"]
        yield from (node["a"] for node in tasks["nodes"])
        page = tasks["pageInfo"]


def say(name, value=None):
    print(json.dumps([name, value]), flush=True)


def _exit_with_input():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
