"""The default of API_AUTH: authentication is required unless only this machine can connect."""

import ipaddress
import os
import sys

_REFUSAL = """\
Cannot start: other machines can reach {host}, and API_AUTH is not set.
Set API_AUTH=token, then create a token with: python manage.py token create NAME --role OPERATOR
(Set API_AUTH=open only if something else authenticates clients.)"""


# If one of these is set, there is a proxy, through which other machines reach a loopback address.
_SIGNS_OF_A_PROXY = ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "HTTPS")


def set_default_api_auth(host: str) -> None:
    """Set API_AUTH if only this machine can connect; otherwise exit unless it is set.

    In a container, the address at which its port is published counts.
    """
    if os.environ.get("API_AUTH"):
        return
    host = os.environ.get("PUBLISHED_AT", host)
    if not is_loopback(host):
        sys.exit(_REFUSAL.format(host=host))
    os.environ["API_AUTH"] = "token" if is_proxied() else "open"


def is_proxied() -> bool:
    """Return whether the environment has a sign of a proxy."""
    return any(os.environ.get(name) for name in _SIGNS_OF_A_PROXY)


def is_loopback(host: str) -> bool:
    """Return whether only this machine can connect to the host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
