"""Sends one message of a webhook: a signed request, as the Standard Webhooks specification says."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook as Signer

from tasks_app.webhooks import addresses

TIMEOUT_SECONDS = 10.0
RESPONSE_MAX_LENGTH = 1_000


class Outcome(NamedTuple):
    """The outcome of an attempt.

    Attributes:
        at: The time at which it began.
        duration_ms: How long it took, in milliseconds.
        status: The HTTP status; None if there was no response.
        response: The beginning of the response's body.
        error: Why there was no response; empty if there was one.
    """

    at: datetime
    duration_ms: int
    status: int | None = None
    response: str = ""
    error: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has accepted the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more messages."""
        return self.status == 410

    @property
    def reason(self) -> str:
        """Why the message was not accepted, in words."""
        return self.error or f"The receiver answered {self.status}."


def new_client() -> httpx.AsyncClient:
    """Return a client that follows no redirect and uses no proxy of the environment.

    It keeps no connections: each is made to an address that was checked for this attempt, and its
    certificate was checked for one name. Besides the usual authorities it trusts those of the
    system, and of the environment variable SSL_CERT_FILE.
    """
    certificates = httpx.create_ssl_context(trust_env=False)
    certificates.load_default_certs()
    return httpx.AsyncClient(
        verify=certificates,
        trust_env=False,
        follow_redirects=False,
        timeout=TIMEOUT_SECONDS,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
    )


async def send(
    client: httpx.AsyncClient, url: str, message_id: str, body: str, secrets: Sequence[str]
) -> Outcome:
    """Send a message, signed with each of the secrets, and return the outcome."""
    at, began = datetime.now(UTC), time.monotonic()
    status, response, error = None, "", ""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            status, response = await _request(client, url, message_id, body, secrets)
    except TimeoutError:
        error = f"The receiver did not answer within {TIMEOUT_SECONDS:.0f} seconds."
    except addresses.UnsafeUrlError as unsafe:
        error = str(unsafe)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as failure:
        error = f"No response: {str(failure) or type(failure).__name__}."
    return Outcome(at, round((time.monotonic() - began) * 1000), status, response, error)


async def _request(
    client: httpx.AsyncClient, url: str, message_id: str, body: str, secrets: Sequence[str]
) -> tuple[int, str]:
    target = addresses.parse(url)
    address = await addresses.resolve_async(target)
    now = datetime.now(UTC)
    signatures = [Signer(secret).sign(message_id, now, body) for secret in secrets]
    headers = {
        "host": urlsplit(url).netloc,
        "content-type": "application/json",
        "accept-encoding": "identity",
        "user-agent": "cluster-scheduler",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    request = client.build_request(
        "POST",
        httpx.URL(url).copy_with(host=address, port=target.port),
        content=body.encode(),
        headers=headers,
        # The certificate is checked against the name, not against the address.
        extensions={"sni_hostname": target.host},
    )
    answer = await client.send(request, stream=True)
    try:
        return answer.status_code, await _beginning(answer)
    finally:
        await answer.aclose()


async def _beginning(answer: httpx.Response) -> str:
    """Return the first characters of the body, and read no more than them."""
    found = b""
    async for chunk in answer.aiter_raw():
        found += chunk
        if len(found) >= RESPONSE_MAX_LENGTH:
            break
    text = found[:RESPONSE_MAX_LENGTH].decode(errors="replace")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
