"""How the system is put together: settings, the ASGI and the Celery application, and `up`."""
