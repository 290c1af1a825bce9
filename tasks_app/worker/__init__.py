"""What a Celery worker adds to be a node of the cluster."""
