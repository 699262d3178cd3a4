"""What this app offers in the workspace."""

from __future__ import annotations

from accounts.staff.navigation import Section, register


def register_all() -> None:
    """Called once when the app is ready."""
    register(
        Section(
            group="Labelling",
            title="Reviews",
            url_name="reviews",
            permission="labeling.view_queue",
            about="What the engine is unsure of and what people report: decide it, one after the other.",
            key="v",
        ),
        Section(
            group="Labelling",
            title="Quality",
            url_name="quality",
            permission="labeling.view_figures",
            about="How alike people decide, what became of differences, and how often each rule is right.",
            key="q",
        ),
        Section(
            group="Labelling",
            title="Figures",
            url_name="figures",
            permission="labeling.view_figures",
            about="How much and how fast is decided, and whether equally well in every language.",
            key="f",
        ),
        Section(
            group="Labelling",
            title="Tell moderators",
            url_name="review-notice",
            permission="labeling.flag_content",
            about="Notices of trusted flaggers and of rapid response: what moderators should see before all else.",
            key="n",
        ),
        Section(
            group="Labelling",
            title="Rules",
            url_name="rulesets",
            permission="labeling.view_rules",
            about="The sets of rules: draft one, try it, let it label a share of the items, take it back.",
            key="r",
        ),
        Section(
            group="Labelling",
            title="Brakes",
            url_name="brakes",
            permission="labeling.view_rules",
            about="Rules that labelled too much or too often wrong, and now only ask a moderator.",
            key="b",
        ),
        Section(
            group="Labelling",
            title="Rising hashtags",
            url_name="hashtags",
            permission="labeling.decide_hashtag",
            about="Hashtags that labelled content suddenly carries: draft a rule, or dismiss.",
            key="t",
        ),
        Section(
            group="Labelling",
            title="Reminders",
            url_name="reminders",
            permission="labeling.view_reminders",
            about="What viewers of election hashtags are reminded of, in your own words and languages.",
            key="e",
        ),
        Section(
            group="Labelling",
            title="Relabel",
            url_name="relabel",
            permission="labeling.release_rules",
            about="Label stored content anew by the rules that are live now, with its progress.",
            key="l",
        ),
        Section(
            group="Labelling",
            title="Official accounts",
            url_name="official-accounts",
            permission="labeling.view_accounts",
            about="Accounts of governments, parties, candidates and others that two people vouch for.",
            key="o",
        ),
        Section(
            group="Labelling",
            title="Pipeline",
            url_name="pipeline",
            permission="labeling.view_pipeline",
            about="What waits to be labelled, what was set aside, and what each platform hands in.",
            key="p",
        ),
        Section(
            group="Labelling",
            title="Webhooks",
            url_name="webhooks",
            permission="labeling.view_pipeline",
            about="Where platforms are told that labels changed, what waits for them and what was given up.",
            key="w",
        ),
    )
    register(
        Section(
            group="Labelling",
            title="Statements",
            url_name="statements",
            permission="labeling.view_pipeline",
            about="The reasons for each restriction, as platforms and the EU’s database are told.",
            key="s",
        ),
    )
