"""WSGI entry point for granian and any other WSGI server."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from electioncenters.collector import collector_settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "electioncenters.settings")
application = get_wsgi_application()
# Every page is imported before the first visitor comes, and a page that cannot be imported stops the server
# here.
_ = get_resolver().url_patterns
collector_settle()
