"""HTTP requests to addresses that others chose: webhooks of platforms, links of sources.

Whoever chooses an address must not reach through us what only we can reach. An address is taken apart strictly, its
name is resolved once, every IP address found must be one of the public Internet, and the connection goes to exactly
that IP address, with the certificate checked against the name: a name that resolves differently a moment later gains
nothing.
"""

from electioncenters.safe_http.client import Answer, Client, Limits, UnreachableError, UntrustedError
from electioncenters.safe_http.urls import Policy, Target, UnsafeUrlError, url_vet

__all__ = [
    "Answer",
    "Client",
    "Limits",
    "Policy",
    "Target",
    "UnreachableError",
    "UnsafeUrlError",
    "UntrustedError",
    "url_vet",
]
