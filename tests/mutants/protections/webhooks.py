"""Protections of webhooks."""

from tests.mutants.protection import Protection

EVENTS = "tasks_app/log/events.py"
IN_WEBHOOKS = ("tests/webhooks/test_delivery.py", "tests/webhooks/test_failures.py")

PROTECTIONS = (
    Protection(
        "webhooks do not reach private addresses",
        "tasks_app/webhooks/addresses.py",
        "if target.is_allowed or is_public(",
        "if True or is_public(",
        ("tests/webhooks/test_addresses.py",),
    ),
    Protection(
        "webhooks connect to the address that was checked",
        "tasks_app/webhooks/sending.py",
        "copy_with(host=address, port=target.port)",
        "copy_with(port=target.port)",
        ("tests/webhooks/test_addresses.py",),
    ),
    Protection(
        "webhooks check the certificate of the name",
        "tasks_app/webhooks/sending.py",
        'extensions={"sni_hostname": target.host}',
        "extensions={}",
        ("tests/webhooks/test_tls.py",),
    ),
    Protection(
        "webhooks follow no redirects",
        "tasks_app/webhooks/sending.py",
        "follow_redirects=False",
        "follow_redirects=True",
        IN_WEBHOOKS,
    ),
    Protection(
        "batches of webhooks keep their end",
        "schema/webhooks/delivery.py",
        "            if webhook.pending_cursor != end:\n",
        "            if False:\n",
        IN_WEBHOOKS,
    ),
    Protection(
        "webhooks of owners without rights stop",
        "tasks_app/services/webhooks.py",
        "return owner if owner and owner.role == Role.ADMIN else None",
        "return owner or actors.OPEN_ACCESS",
        IN_WEBHOOKS,
    ),
    Protection(
        "webhooks send no events about themselves",
        "schema/webhooks/delivery.py",
        "if not is_about_webhook(event, self._id)",
        "if True",
        IN_WEBHOOKS,
    ),
    Protection(
        "webhooks send no errors",
        "schema/webhooks/delivery.py",
        "documents.checked(answer)",
        "answer",
        IN_WEBHOOKS,
    ),
    Protection(
        "webhooks send no alerts about themselves",
        EVENTS,
        ' or event.alert_kind == "WEBHOOK_STOPPED"',
        "",
        ("tests/webhooks/test_alerts.py",),
    ),
)
