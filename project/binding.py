"""Who can reach the web, which decides whether anybody may come in without saying who they are."""

import ipaddress
import os
import sys

_REFUSAL = """\
Cannot start: others than this machine could reach {host}, and nothing says who may come in.
Set API_AUTH=token, then make a key with: python manage.py token create NAME --role OPERATOR
(Set API_AUTH=open only where something else keeps strangers out.)"""


# Who sets one of these has a proxy in front, by which others come to a loopback address too.
_SIGNS_OF_A_PROXY = ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "HTTPS")


def set_default_api_auth(host: str) -> None:
    """Sets API_AUTH where only this machine can ask; elsewhere it must have been set.

    In a container the address at which its port is published counts.
    """
    if os.environ.get("API_AUTH"):
        return
    host = os.environ.get("PUBLISHED_AT", host)
    if not is_loopback(host):
        sys.exit(_REFUSAL.format(host=host))
    is_proxied = any(os.environ.get(name) for name in _SIGNS_OF_A_PROXY)
    os.environ["API_AUTH"] = "token" if is_proxied else "open"


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
