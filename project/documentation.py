"""Serves the documentation site at /docs/, as `./run docs` builds it."""

from django.conf import settings
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Each page names its own scripts in a policy of its own (docs/build/policy.py). The theme writes
# styles into its pages.
_POLICY = "; ".join(
    (
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class Documentation(StaticFiles):
    """The built site. A site that is built later is served without a restart."""

    def __init__(self) -> None:
        super().__init__(directory=settings.DOCUMENTATION_DIR, html=True, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, or say how to build the site if there is none."""
        if not (settings.DOCUMENTATION_DIR / "index.html").is_file():
            return PlainTextResponse(
                "The documentation is not built. Run ./run docs.\n", status_code=404
            )
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            return PlainTextResponse(f"{error.detail}\n", status_code=error.status_code)
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-cache"
        return response
