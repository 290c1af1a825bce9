"""What makes a Celery worker a node of the cluster."""
