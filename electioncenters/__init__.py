"""The project: settings, environment, addresses, supervisor, and the Celery application."""
