"""Indexes for the search of checked claims.

The expression stands here as it was made: `factcheck.search.vector_sql` must say the same (a test compares them). The
indexes are made without locking anybody out, which works outside a transaction only.
"""

from __future__ import annotations

from django.db import migrations

CONFIGURATION = """CASE language
WHEN 'da' THEN 'pg_catalog.danish'::regconfig WHEN 'de' THEN 'pg_catalog.german'::regconfig
WHEN 'el' THEN 'pg_catalog.greek'::regconfig WHEN 'en' THEN 'pg_catalog.english'::regconfig
WHEN 'es' THEN 'pg_catalog.spanish'::regconfig WHEN 'fi' THEN 'pg_catalog.finnish'::regconfig
WHEN 'fr' THEN 'pg_catalog.french'::regconfig WHEN 'ga' THEN 'pg_catalog.irish'::regconfig
WHEN 'hu' THEN 'pg_catalog.hungarian'::regconfig WHEN 'it' THEN 'pg_catalog.italian'::regconfig
WHEN 'lt' THEN 'pg_catalog.lithuanian'::regconfig WHEN 'nl' THEN 'pg_catalog.dutch'::regconfig
WHEN 'pt' THEN 'pg_catalog.portuguese'::regconfig WHEN 'ro' THEN 'pg_catalog.romanian'::regconfig
WHEN 'sv' THEN 'pg_catalog.swedish'::regconfig WHEN 'tr' THEN 'pg_catalog.turkish'::regconfig
ELSE 'pg_catalog.simple'::regconfig END"""


class Migration(migrations.Migration):
    """Two indexes."""

    atomic = False
    dependencies = [("factcheck", "0007_checks_of_others")]
    operations = [
        migrations.RunSQL(
            [
                # What a broken-off attempt leaves behind is not valid, and would be in the way.
                "DROP INDEX CONCURRENTLY IF EXISTS claim_by_words",
                "CREATE INDEX CONCURRENTLY claim_by_words ON factcheck_claim "
                f"USING gin (to_tsvector({CONFIGURATION}, text))",
            ],
            "DROP INDEX CONCURRENTLY IF EXISTS claim_by_words",
        ),
        migrations.RunSQL(
            [
                "DROP INDEX CONCURRENTLY IF EXISTS assessment_by_words",
                "CREATE INDEX CONCURRENTLY assessment_by_words ON factcheck_assessment "
                f"USING gin (to_tsvector({CONFIGURATION}, explanation)) WHERE ended_at IS NULL",
            ],
            "DROP INDEX CONCURRENTLY IF EXISTS assessment_by_words",
        ),
    ]
