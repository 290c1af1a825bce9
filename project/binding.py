"""Who can reach the web, which decides whether anybody may come in without saying who they are."""

import ipaddress
import os
import sys

_REFUSAL = """\
Cannot start: others than this machine could reach {host}, and nothing says who may come in.
Set API_AUTH=token, then make a key with: python manage.py token create NAME --role OPERATOR
(Set API_AUTH=open only where something else keeps strangers out.)"""


def settle_access(host: str) -> None:
    """Sets API_AUTH=open where only this machine can ask; elsewhere it must have been set."""
    if is_loopback(host):
        os.environ.setdefault("API_AUTH", "open")
    elif not os.environ.get("API_AUTH"):
        sys.exit(_REFUSAL.format(host=host))


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
