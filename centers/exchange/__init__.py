"""What leaves the desk in files and comes back: exports of a centre, XLIFF for translators, CSV of sources and dates.

Reads, never writes: `centers.services.upload_apply` proposes what a file asks for.
"""
