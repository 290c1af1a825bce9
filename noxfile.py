"""The quick tests on each supported Python: `nox`. Versions that are not installed are skipped.

`nox -s tests-3.13` runs them on one of them.
"""

import nox

nox.options.error_on_missing_interpreters = False
nox.options.default_venv_backend = "venv"


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """Install the locked packages and run the tests."""
    for name in ("requirements.txt", "requirements-standalone.txt", "requirements-dev.txt"):
        session.install("--require-hashes", "-r", name)
    session.run(
        "pytest", "-n", "logical", "--dist", "loadscope", "--no-loadscope-reorder", *session.posargs
    )
