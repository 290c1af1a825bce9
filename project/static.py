"""Static files. Those of the frontend's build are immutable, and compressed by the build."""

import mimetypes
from contextlib import suppress

from django.conf import settings
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles as StarletteStaticFiles
from starlette.types import Scope


class StaticFiles(StarletteStaticFiles):
    """Static files, with caching and compression for those of the frontend's build."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, compressed if there is such a copy and the client accepts it."""
        if not path.startswith(f"{settings.UI_STATIC}/"):
            return await super().get_response(path, scope)
        response = await self._smallest(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        return response

    async def _smallest(self, path: str, scope: Scope) -> Response:
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            with suppress(HTTPException):
                response = await super().get_response(f"{path}.gz", scope)
                response.headers["Content-Encoding"] = "gzip"
                response.headers["Content-Type"] = (
                    mimetypes.guess_type(path)[0] or "application/octet-stream"
                )
                return response
        return await super().get_response(path, scope)
