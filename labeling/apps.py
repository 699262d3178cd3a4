"""The labeling app."""

from django.apps import AppConfig


class LabelingConfig(AppConfig):
    """Content from platforms and the labels that lead from it to Election Centres."""

    name = "labeling"

    def ready(self) -> None:
        """Metrics can be scraped from now on, the workspace has its rooms, and labels follow elections."""
        # Models are not there before the app is ready.
        from centers.followers import follower_register
        from factcheck.followers import claim_follower_register, claim_teller_register
        from factcheck.staff.sources import source_register
        from labeling import audit
        from labeling.election_followers import labels_following, rules_following
        from labeling.metrics import metrics_register
        from labeling.services.claims_follow import claims_nudge
        from labeling.staff import sections
        from labeling.staff.claim_matches import matches_told
        from labeling.staff.review_to_checkers import sources_told

        metrics_register()
        sections.register_all()
        follower_register(labels_following)
        follower_register(rules_following)
        claim_follower_register(claims_nudge)
        claim_teller_register(matches_told)
        source_register(sources_told)
        audit.register_all()
