"""The whole stack on a bare machine: `manage.py up` and its embedded engines."""
