"""The whole stack on a bare machine: `manage.py up` and the engines it brings along."""
