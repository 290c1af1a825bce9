"""Protections of access: credentials, roles, rate limits, forms."""

from tests.mutants.protection import Protection

AUTHENTICATION = "tasks_app/services/access/authentication.py"
IN_ACCESS = ("tests/access",)

PROTECTIONS = (
    Protection(
        "expiry and revocation of tokens",
        AUTHENTICATION,
        'usable().annotate(left=F("expires_at") - Now())',
        'ApiToken.objects.annotate(left=F("expires_at") - Now())',
        IN_ACCESS,
    ),
    Protection(
        "rate limit of wrong tokens",
        AUTHENTICATION,
        "        _refuse_for(rate_limits.hit(rate_limits.TOKENS, address))\n",
        "",
        IN_ACCESS,
    ),
    Protection(
        "rate limit of requests",
        AUTHENTICATION,
        "    count(actor, address)\n",
        "",
        IN_ACCESS,
    ),
    Protection(
        "rate limit of passwords",
        "project/authentication.py",
        "                authentication.check_failed_logins(address)\n",
        "                pass\n",
        IN_ACCESS,
    ),
    Protection(
        "CSRF token",
        "project/authentication.py",
        "if actor.by_session and self._is_forged(request):",
        "if False:",
        IN_ACCESS,
    ),
    Protection(
        "role of a mutation",
        "schema/execution/permissions.py",
        "OperationType.MUTATION: Role.OPERATOR",
        "OperationType.MUTATION: Role.VIEWER",
        IN_ACCESS,
    ),
    Protection(
        "role of a REST request",
        "tasks_app/rest/authentication.py",
        "Role.VIEWER if request.method in SAFE_METHODS else Role.OPERATOR",
        "Role.VIEWER",
        IN_ACCESS,
    ),
    Protection(
        "forms of other sites",
        "tasks_app/rest/forms.py",
        "if not has_token and _is_foreign(request):",
        "if False:",
        ("tests/api/rest/test_forms.py",),
    ),
    Protection(
        "size of forms",
        "tasks_app/rest/forms.py",
        "        raise RequestDataTooBig\n",
        "        pass\n",
        ("tests/api/rest/test_forms.py",),
    ),
    Protection(
        "fields for administrators",
        "schema/execution/permissions.py",
        '*("apiTokens", "createApiToken", "revokeApiToken"),',
        '*("createApiToken", "revokeApiToken"),',
        IN_ACCESS,
    ),
)
