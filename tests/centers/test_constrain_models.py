"""What the database itself refuses, whoever writes: a case for each constraint of accounts, centers, factcheck."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import Digest, Invitation, Membership, Notification, NotificationChoice, Organisation, User
from centers.models import (
    Answer,
    Campaign,
    Election,
    ElectionCenter,
    HeldUpload,
    Jurisdiction,
    KeyDate,
    Link,
    LinkCheck,
    LiteracyVideo,
    LocalRules,
    MediaFile,
    PageLook,
    PollingDay,
    Proposal,
    ProposalComment,
    PublishedChange,
    RecordDraft,
    ReportedViews,
    Round,
    Tip,
    TrustedSource,
    UpkeepTold,
    UrgentNotice,
    VideoStarts,
)
from factcheck.models import (
    Assessment,
    Claim,
    ClaimOffer,
    ClaimSign,
    ClaimVector,
    CoverageGap,
    CoverHours,
    CoverPlan,
    CoverSpell,
    FactCheckPartner,
    FeedArticle,
    FeedRun,
    FeedSource,
    HeldAssessment,
    ImportedReview,
    RatingWord,
)

DAY = dt.date(2031, 5, 4)
NOW = dt.datetime(2031, 5, 4, 12, tzinfo=dt.UTC)
FACT: dict[str, Any] = {
    "source_url": "https://elections.fablonia.example",
    "verified_on": DAY,
    "confidence": "high",
    "confirmation": "compiled",
}


class World:
    """A fictional place with one of everything that others refer to."""

    def __init__(self) -> None:
        self.place = Jurisdiction.objects.create(**self.jurisdiction())
        self.center = ElectionCenter.objects.create(jurisdiction=self.place)
        self.organisation = Organisation.objects.create(**self.body())
        self.user = User.objects.create_user("berta@fablonia.example")
        self.vote = Election.objects.create(**self.election())
        self.proposal = Proposal.objects.create(
            jurisdiction=self.place, record="answer:xa/when", fields={}, reason="law", source="a page", author=self.user
        )
        self.first_round = Round.objects.create(election=self.vote, number=9, **FACT)
        checkers = Organisation.objects.create(**self.body() | {"key": "xa-checkers"})
        self.partner = FactCheckPartner.objects.create(
            organisation=checkers, countries=["xa"], languages=["en"], verified_on=DAY
        )
        self.plan = CoverPlan.objects.create(
            partner=self.partner, since=DAY, until=DAY + dt.timedelta(days=1), time_zone="Europe/Vienna"
        )

    def found(self) -> dict[str, Any]:
        claim = Claim.objects.get_or_create(text="Something is held.", defaults=self.claimed())[0]
        return {
            "claim": claim, "partner": self.partner, "rating": "false", "explanation": "It is not so.",
            "language": "en", "article_url": "https://checks.fablonia.example", "given_at": NOW,
        }  # fmt: skip

    def held(self) -> dict[str, Any]:
        word = RatingWord.objects.get_or_create(
            partner=self.partner, key="humbug", defaults={"word": "Humbug", "added_at": NOW}
        )[0]
        found = self.found()
        kept = {name: found[name] for name in ("claim", "partner", "explanation", "language", "article_url")}
        return {**kept, "word": word, "received_at": NOW}

    def campaign(self) -> dict[str, Any]:
        return {
            "jurisdiction": self.place, "slug": "look-twice", "title_en": "Look twice",
            "partner_name": "Fablonian Desk", "countries": ["xa"], "source_name": "Fablonian Gazette",
        }  # fmt: skip

    def video(self) -> dict[str, Any]:
        return {
            "campaign": Campaign.objects.get_or_create(slug="series", defaults=self.campaign() | {"slug": "series"})[0],
            "slug": "first", "title_en": "First", "language": "en", "transcript": "Look.", "duration": 60,
            "provider": "youtube", "provider_id": "abcdefghijk",
        }  # fmt: skip

    def poster(self) -> dict[str, Any]:
        return {
            "key": "a" * 64, "kind": "poster", "content_type": "image/webp", "size": 9, "width": 640, "height": 360,
            "title": "A picture", "jurisdiction": self.place, "uploaded_at": NOW,
        }  # fmt: skip

    def fed(self) -> dict[str, Any]:
        return {
            "partner": self.partner, "kind": "articles", "url": "https://checks.fablonia.example/feed",
            "host": "checks.fablonia.example", "language": "en", "countries": ["xa"], "due_at": NOW,
        }  # fmt: skip

    def claimed(self) -> dict[str, Any]:
        return {
            "text": "Something is said.", "language": "en", "countries": ["xa"], "origin": "moderator",
            "urgency": "routine", "opened_at": NOW, "due_at": NOW + dt.timedelta(hours=1),
        }  # fmt: skip

    def jurisdiction(self) -> dict[str, Any]:
        return {
            "ocd_id": "ocd-division/country:xa", "code": "xa", "level": "country", "name_en": "Fablonia",
            "languages": ["en"], "time_zones": ["UTC"],
        }  # fmt: skip

    def body(self) -> dict[str, Any]:
        return {"key": "xa-commission", "kind": "ministry", "name": "Commission", "name_en": "Commission"}

    def election(self) -> dict[str, Any]:
        return FACT | {
            "key": "xa.president.2031", "jurisdiction": self.place, "type": "president", "name_en": "Presidential",
            "status": "expected", "expected_from": DAY, "expected_to": DAY, "date_basis": "window",
        }  # fmt: skip

    def valid(self, model: type[models.Model]) -> dict[str, Any]:
        """Values with which another record of a model can be saved."""
        return self._valid()[model]()

    def _valid(self) -> dict[type[models.Model], Callable[[], dict[str, Any]]]:
        center, place, vote = self.center, self.place, self.vote
        return {
            Jurisdiction: lambda: self.jurisdiction() | {"ocd_id": "ocd-division/country:xb", "code": "xb"},
            Election: lambda: self.election() | {"key": "xa.president.2032"},
            Round: lambda: FACT | {"election": vote, "number": 1},
            PollingDay: lambda: {"round": self.first_round, "date": DAY},
            KeyDate: lambda: FACT | {
                "election": vote, "jurisdiction": place, "kind": "results", "day": DAY, "time_zone": "UTC"
            },
            LocalRules: lambda: FACT | {"election": vote, "jurisdiction": place},
            Answer: lambda: FACT | {"center": center, "question": "when", "body_en": "On a day.", "source_name": "C"},
            TrustedSource: lambda: FACT | {
                "center": center, "organisation": self.organisation, "kind": "authority",
                "url": "https://elections.fablonia.example", "title": "Commission",
            },
            Proposal: lambda: {
                "jurisdiction": place, "record": "election:xa.president.2031", "fields": {}, "reason": "doubt",
                "source": "a fictional page",
            },
            ProposalComment: lambda: {"proposal": self.proposal, "author": self.user, "text": "Really?"},
            PublishedChange: lambda: {
                "jurisdiction": place, "record": "answer:xa/when", "action": "change", "before": {}, "after": {},
                "source": "https://elections.fablonia.example", "reason": "law", "published_at": timezone.now(),
            },
            HeldUpload: lambda: {"user": self.user, "jurisdiction": place, "kind": "dates"},
            UpkeepTold: lambda: {"jurisdiction": place, "kind": "facts_stale"},
            RecordDraft: lambda: {
                "user": self.user, "jurisdiction": place, "record": "answer:xa/when", "entered": {},
                "updated_at": timezone.now(),
            },
            Link: lambda: {"url": "https://links.fablonia.example", "host": "links.fablonia.example", "due_at": NOW},
            LinkCheck: lambda: {
                "link": Link.objects.get_or_create(
                    url="https://votes.fablonia.example", defaults={"host": "votes.fablonia.example", "due_at": NOW}
                )[0],
                "outcome": "ok", "checked_at": NOW,
            },
            PageLook: lambda: {
                "jurisdiction": place, "asked_by": self.user, "asked_at": NOW,
                "url": "https://elections.fablonia.example",
            },
            UrgentNotice: lambda: {
                "center": center, "kind": "moved", "text_en": "Go there.", "organisation": self.organisation,
                "source_url": "https://elections.fablonia.example", "starts_at": NOW,
                "expires_at": NOW + dt.timedelta(days=14), "published_by": self.user, "published_at": NOW,
            },
            Campaign: self.campaign,
            LiteracyVideo: self.video,
            MediaFile: self.poster,
            VideoStarts: lambda: {
                "campaign": self.video()["campaign"], "day": DAY, "count": 1,
                "video": LiteracyVideo.objects.get_or_create(slug="counted", defaults=self.video())[0],
            },
            ReportedViews: lambda: {
                "campaign": self.video()["campaign"], "source_name": "Clips", "first_day": DAY, "last_day": DAY,
                "views": 1, "via": "api", "reported_at": NOW,
            },
            Tip: lambda: {
                "jurisdiction": place, "slug": "look", "title_en": "Look", "body_en": "Look twice.",
            },
            Organisation: lambda: self.body() | {"key": "xa-other"},
            User: lambda: {"email": "Berta@Fablonia.example", "password": "!"},
            Membership: lambda: {"user": self.user, "organisation": self.organisation, "role": "curator"},
            Invitation: lambda: {
                "organisation": self.organisation, "role": "curator", "email": "carla@fablonia.example",
                "expires_at": timezone.now(),
            },
            Notification: lambda: {
                "recipient": self.user, "kind": "proposal_waits", "subject": "proposal:1", "title": "It waits.",
                "path": "/staff/",
            },
            NotificationChoice: lambda: {"user": self.user},
            Digest: lambda: {"user": self.user, "day": DAY},
            FactCheckPartner: lambda: {
                "organisation": self.organisation, "countries": ["xa"], "languages": ["en"], "verified_on": DAY
            },
            CoverageGap: lambda: {"note": "Nobody checks facts in Fablonia."},
            Claim: self.claimed,
            Assessment: lambda: {
                "claim": Claim.objects.create(**self.claimed()), "partner": self.partner, "rating": "false",
                "explanation": "It is not so.", "language": "en", "article_url": "https://checks.fablonia.example",
                "given_at": NOW,
            },
            RatingWord: lambda: {"partner": self.partner, "key": "pants", "word": "Pants", "added_at": NOW},
            HeldAssessment: self.held,
            ClaimOffer: lambda: {
                "claim": self.found()["claim"], "partner": self.partner, "step": "first", "offered_at": NOW,
                "answer_by": NOW + dt.timedelta(minutes=20),
            },
            ClaimVector: lambda: {
                "claim": Claim.objects.create(**self.claimed()), "model": "fictional", "values": [1.0], "made_at": NOW
            },
            FeedSource: self.fed,
            FeedRun: lambda: {
                "source": FeedSource.objects.create(**self.fed()), "started_at": NOW, "ended_at": NOW,
                "outcome": "read",
            },
            FeedArticle: lambda: {
                "source": FeedSource.objects.get_or_create(**self.fed())[0], "url": "https://checks.fablonia.example/a",
                "listed_at": NOW,
            },
            ImportedReview: lambda: {
                "partner": self.partner, "article_url": "https://checks.fablonia.example/a", "number": 1,
                "language": "en", "digest": "x", "state": "held", "reason": "rating_unknown", "read_at": NOW,
                "changed_at": NOW,
            },
            ClaimSign: lambda: {
                "claim": Claim.objects.filter(text="Something is said.").first()
                or Claim.objects.create(**self.claimed()),
                "kind": "phrase", "value": "a key phrase", "added_at": NOW,
            },
            CoverPlan: lambda: {"partner": self.partner, "since": DAY, "time_zone": "Europe/Vienna"},
            CoverHours: lambda: {"plan": self.plan, "weekday": 0, "opens": 540, "closes": 1080},
            CoverSpell: lambda: {
                "partner": self.partner, "country": "xa", "language": "en", "days": "weekend", "cover": "all",
                "since": DAY,
            },
        }  # fmt: skip


RULE: dict[str, Any] = {
    "rule_days": 20, "rule_unit": "days", "rule_direction": "before", "rule_round": 1, "rule_anchor": "first_day",
    "rule_shift": "keep",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A record the database must refuse by the constraint it names; `twin` saves it twice."""

    constraint: str
    model: type[models.Model]
    values: dict[str, Any] = field(default_factory=dict)
    twin: bool = False


def fact_cases() -> list[Case]:
    facts = {Election: "election", Round: "round", KeyDate: "keydate", LocalRules: "localrules", Answer: "answer",
             TrustedSource: "source"}  # fmt: skip
    bad: list[tuple[str, dict[str, Any]]] = [
        ("confidence_is_publishable", {"confidence": "low"}),
        ("confidence_is_publishable", {"confidence": ""}),
        ("confirmation_names_who_and_when", {"confirmation": "confirmed"}),
        ("confirmation_names_who_and_when", {"confirmation": "confirmed", "confirmed_on": DAY}),
        ("confirmation_names_who_and_when", {"confirmed_on": DAY}),
        ("confirmation_names_who_and_when", {"confirmation": "rumoured"}),
        ("source_is_a_web_address", {"source_url": "archived public copy"}),
        ("source_is_a_web_address", {"source_url": "ftp://elections.fablonia.example"}),
        ("source_is_a_web_address", {"source_url": ""}),
    ]
    return [Case(f"{noun}_{rule}", model, values) for model, noun in facts.items() for rule, values in bad]


CASES = [
    *fact_cases(),
    *(Case("jurisdiction_ocd_id_is_well_formed", Jurisdiction, {"ocd_id": ocd_id})
      for ocd_id in ("", "country:xb", "ocd-division/country:XB", "ocd-division/planet:xb",
                     "ocd-division/country:xb/")),
    *(Case("jurisdiction_code_is_well_formed", Jurisdiction, {"code": code})
      for code in ("", "XB", "x", "xb_1", "xbc")),
    Case("jurisdiction_level_is_known", Jurisdiction, {"level": "galaxy"}),
    Case("jurisdiction_has_a_language_and_a_time_zone", Jurisdiction, {"languages": []}),
    Case("jurisdiction_has_a_language_and_a_time_zone", Jurisdiction, {"time_zones": []}),
    *(Case("election_id_is_dotted", Election, {"key": key})
      for key in ("president", "XA.president", "xa.", "xa president")),
    Case("election_type_is_known", Election, {"type": "lottery"}),
    Case("election_status_is_known", Election, {"status": "maybe"}),
    Case("election_expected_says_when", Election, {"expected_from": None, "expected_to": None}),
    Case("election_expected_says_when", Election, {"date_basis": ""}),
    Case("election_expected_period_is_in_order", Election, {"expected_to": DAY - dt.timedelta(days=1)}),
    Case("round_number_is_unique_in_election", Round, twin=True),
    Case("round_number_starts_at_one", Round, {"number": 0}),
    Case("round_status_is_known", Round, {"status": "maybe"}),
    Case("polling_day_is_listed_once", PollingDay, twin=True),
    Case("polling_day_opens_before_it_closes", PollingDay, {"opens_at": dt.time(20), "closes_at": dt.time(8)}),
    Case("keydate_is_a_day_or_an_instant", KeyDate, {"day": None}),
    Case("keydate_is_a_day_or_an_instant", KeyDate, {"instant": dt.datetime(2031, 5, 4, tzinfo=dt.UTC)}),
    Case("keydate_kind_is_known", KeyDate, {"kind": "party"}),
    Case("keydate_audience_is_known", KeyDate, {"audience": "cats"}),
    Case("keydate_is_listed_once", KeyDate, twin=True),
    Case("keydate_rule_is_whole", KeyDate, {"rule_days": 20}),
    Case("keydate_rule_is_whole", KeyDate, {"rule_time": dt.time(18)}),
    Case("keydate_rule_is_whole", KeyDate, RULE | {"rule_days": 401}),
    Case("keydate_rule_is_whole", KeyDate, RULE | {"rule_unit": "moons"}),
    Case("keydate_rule_is_whole", KeyDate, RULE | {"rule_round": 0}),
    Case("localrules_are_given_once", LocalRules, twin=True),
    Case("localrules_turnout_is_a_percentage", LocalRules, {"turnout_percent": "100.01"}),
    Case("localrules_turnout_is_a_percentage", LocalRules, {"turnout_percent": "-1"}),
    Case("localrules_threshold_is_a_percentage", LocalRules, {"threshold_percent": "-0.5"}),
    Case("answer_is_given_once_per_center", Answer, twin=True),
    Case("answer_question_is_known", Answer, {"question": "why"}),
    Case("source_is_listed_once", TrustedSource, twin=True),
    Case("source_kind_is_known", TrustedSource, {"kind": "uncle"}),
    Case("source_url_is_a_web_address", TrustedSource, {"url": "elections.fablonia.example"}),
    Case("proposal_status_is_known", Proposal, {"status": "perhaps"}),
    Case("proposal_of_the_loader_is_made_once", Proposal, twin=True),
    Case("proposal_action_is_known", Proposal, {"action": "dance"}),
    Case("upload_kind_is_known", HeldUpload, {"kind": "cake"}),
    Case("upkeep_told_kind_is_known", UpkeepTold, {"kind": "cake"}),
    Case("upkeep_told_once_per_place", UpkeepTold, twin=True),
    Case("proposal_translator_is_known", Proposal, {"translated_by": "robot"}),
    Case("proposal_scheduled_says_when", Proposal, {"status": "scheduled"}),
    Case("proposal_expires_after_it_is_published", Proposal, {"publish_at": NOW, "expires_at": NOW}),
    *(Case("campaign_slug_is_well_formed", Campaign, {"slug": slug}) for slug in ("", "Look", "look_twice", "-look")),
    Case("campaign_names_its_partner", Campaign, {"partner_name": ""}),
    Case("campaign_has_a_country", Campaign, {"countries": []}),
    Case("campaign_ends_after_it_starts", Campaign, {"starts_on": DAY, "ends_on": DAY - dt.timedelta(days=1)}),
    Case("campaign_is_sourced_or_a_sample", Campaign, {"source_name": ""}),
    Case("campaign_is_sourced_or_a_sample", Campaign, {"is_sample": True}),
    Case("campaign_source_is_a_web_address", Campaign, {"source_url": "ftp://gazette.fablonia.example"}),
    Case("video_slug_is_unique_in_campaign", LiteracyVideo, twin=True),
    Case("video_slug_is_well_formed", LiteracyVideo, {"slug": "First one"}),
    Case("video_phase_is_known", LiteracyVideo, {"shown_in": "never"}),
    *(Case("video_duration_is_plausible", LiteracyVideo, {"duration": length}) for length in (0, 14_401)),
    Case("video_has_a_transcript", LiteracyVideo, {"transcript": ""}),
    Case("video_is_hosted_or_at_a_provider", LiteracyVideo, {"provider": ""}),
    Case("video_is_hosted_or_at_a_provider", LiteracyVideo, {"provider_id": ""}),
    Case("video_is_hosted_or_at_a_provider", LiteracyVideo, {"provider": "elsewhere"}),
    Case("media_key_is_a_digest", MediaFile, {"key": "../../settings"}),
    Case("media_kind_is_known", MediaFile, {"kind": "program"}),
    Case("media_type_fits_its_kind", MediaFile, {"content_type": "image/svg+xml"}),
    Case("media_type_fits_its_kind", MediaFile, {"kind": "video"}),
    Case("media_poster_has_measures", MediaFile, {"width": None}),
    Case("video_starts_are_counted_once_a_day", VideoStarts, twin=True),
    Case("views_are_reported_once", ReportedViews, twin=True),
    Case("views_name_their_source", ReportedViews, {"source_name": ""}),
    Case("views_period_is_in_order", ReportedViews, {"last_day": DAY - dt.timedelta(days=1)}),
    Case("views_via_is_known", ReportedViews, {"via": "rumour"}),
    Case("views_source_is_a_web_address", ReportedViews, {"source_url": "a drawer"}),
    Case("tip_slug_is_unique_in_place", Tip, twin=True),
    Case("tip_slug_is_well_formed", Tip, {"slug": "Look!"}),
    Case("tip_source_has_name_and_address", Tip, {"source_name": "Fablonian Board"}),
    Case("tip_source_has_name_and_address", Tip, {"source_url": "https://board.fablonia.example"}),
    Case("record_draft_is_kept_once", RecordDraft, twin=True),
    Case("proposal_comment_says_something", ProposalComment, {"text": ""}),
    Case("published_change_action_is_known", PublishedChange, {"action": "dance"}),
    Case("link_outcome_is_known", Link, {"outcome": "fine"}),
    Case("link_is_a_web_address", Link, {"url": "a poster"}),
    Case("link_is_broken_after_three_failures", Link, {"broken_since": NOW, "failing_since": NOW, "failures": 2}),
    Case("link_is_broken_after_three_failures", Link, {"broken_since": NOW, "failures": 3}),
    Case("link_check_outcome_is_known", LinkCheck, {"outcome": ""}),
    Case("link_check_has_a_time", LinkCheck, {"checked_at": None}),
    Case("page_look_is_at_a_web_address", PageLook, {"url": "ftp://fablonia.example"}),
    Case("notice_kind_is_known", UrgentNotice, {"kind": "party"}),
    Case("notice_source_is_a_web_address", UrgentNotice, {"source_url": "a poster"}),
    Case("notice_ends_after_it_begins", UrgentNotice, {"expires_at": NOW}),
    Case("notice_is_not_for_long", UrgentNotice, {"expires_at": NOW + dt.timedelta(days=14, seconds=1)}),
    Case("notice_is_reviewed_by_another", UrgentNotice, {"reviewed_at": NOW}),
    Case("notice_withdrawal_names_who_and_when", UrgentNotice, {"withdrawn_at": NOW}),
    Case("organisation_kind_is_known", Organisation, {"kind": "circus"}),
    Case("organisation_vetting_is_known", Organisation, {"vetting": "well"}),
    Case("user_email_unique_without_case", User),
    Case("membership_role_is_known", Membership, {"role": "king"}),
    Case("membership_is_held_once", Membership, twin=True),
    Case("invitation_role_is_known", Invitation, {"role": "king"}),
    Case("invitation_is_open_once", Invitation, twin=True),
    Case("notification_kind_is_known", Notification, {"kind": "gossip"}),
    Case("notification_mail_is_known", Notification, {"mail": "pigeon"}),
    Case("notification_leads_into_workspace", Notification, {"path": "https://elsewhere.example/staff/"}),
    Case("notification_is_told_once_until_read", Notification, twin=True),
    Case("digest_is_sent_once_a_day", Digest, twin=True),
    Case("invitation_is_accepted_or_withdrawn", Invitation, {"accepted_at": NOW, "withdrawn_at": NOW}),
    Case("partner_networks_are_known", FactCheckPartner, {"networks": ["IFCN", "FAMILY"]}),
    Case("partner_covers_a_country_and_a_language", FactCheckPartner, {"countries": []}),
    Case("partner_covers_a_country_and_a_language", FactCheckPartner, {"languages": []}),
    Case("coverage_gap_is_noted_once", CoverageGap, twin=True),
    Case("partner_contract_ends_after_it_begins", FactCheckPartner,
         {"contract_from": DAY, "contract_until": DAY - dt.timedelta(days=1)}),
    Case("partner_contract_that_ends_has_begun", FactCheckPartner, {"contract_until": DAY}),
    Case("claim_says_something", Claim, {"text": ""}),
    Case("claim_spreads_somewhere", Claim, {"countries": []}),
    Case("claim_origin_is_known", Claim, {"origin": "rumour"}),
    Case("claim_urgency_is_known", Claim, {"urgency": "now"}),
    Case("claim_is_due_after_it_was_opened", Claim, {"due_at": NOW}),
    Case("claim_vector_names_its_model", ClaimVector, {"model": ""}),
    Case("claim_vector_names_its_model", ClaimVector, {"values": []}),
    Case("partner_takes_a_claim_or_does_not_say", FactCheckPartner, {"capacity": 0}),
    Case("rating_word_is_known_once", RatingWord, twin=True),
    Case("rating_word_is_no_empty_one", RatingWord, {"key": ""}),
    Case("rating_word_stands_for_a_rating", RatingWord, {"rating": "mostly_false"}),
    Case("assessment_is_held_once", HeldAssessment, twin=True),
    Case("held_assessment_is_handed_in_once", HeldAssessment,
         {"repeat_key": "x", "ended_at": NOW, "ended_as": "replaced"}, twin=True),
    Case("held_assessment_explains", HeldAssessment, {"explanation": ""}),
    Case("held_assessment_shows_evidence", HeldAssessment, {"article_url": ""}),
    Case("held_assessment_that_ended_says_how", HeldAssessment, {"ended_at": NOW}),
    Case("held_assessment_that_ended_says_how", HeldAssessment, {"ended_as": "replaced"}),
    Case("held_assessment_that_was_taken_names_it", HeldAssessment, {"ended_at": NOW, "ended_as": "taken"}),
    Case("claim_lies_with_a_partner_once", ClaimOffer, twin=True),
    Case("claim_lies_with_a_partner_once", ClaimOffer,
         {"partner": None, "answer_by": None, "step": "operators"}, twin=True),
    Case("claim_offer_step_is_known", ClaimOffer, {"step": "lottery"}),
    Case("claim_offer_to_a_partner_has_a_time", ClaimOffer, {"answer_by": None}),
    Case("claim_offer_to_a_partner_has_a_time", ClaimOffer, {"partner": None}),
    Case("claim_offer_to_a_partner_has_a_time", ClaimOffer, {"step": "operators"}),
    Case("claim_offer_that_ended_says_how", ClaimOffer, {"ended_at": NOW}),
    Case("claim_offer_that_ended_says_how", ClaimOffer, {"ended_as": "silent"}),
    Case("claim_offer_is_declined_for_a_reason", ClaimOffer, {"ended_at": NOW, "ended_as": "declined"}),
    Case("claim_offer_is_answered_after_it_was_made", ClaimOffer, {"accepted_at": NOW - dt.timedelta(minutes=1)}),
    Case("claim_offer_is_answered_after_it_was_made", ClaimOffer,
         {"ended_at": NOW - dt.timedelta(minutes=1), "ended_as": "silent"}),
    Case("claim_sign_is_given_once", ClaimSign, twin=True),
    Case("claim_sign_kind_is_known", ClaimSign, {"kind": "smell"}),
    Case("claim_sign_says_something", ClaimSign, {"value": ""}),
    Case("claim_sign_picture_is_a_hash", ClaimSign, {"kind": "picture", "value": "00FF"}),
    Case("claim_sign_file_is_a_digest", ClaimSign, {"kind": "file", "value": "00ff"}),
    Case("assessment_stands_once", Assessment, twin=True),
    Case("assessment_rating_is_known", Assessment, {"rating": "mostly_false"}),
    Case("assessment_explains", Assessment, {"explanation": ""}),
    Case("assessment_shows_evidence", Assessment, {"article_url": ""}),
    Case("assessment_ends_after_it_was_given", Assessment, {"ended_at": NOW - dt.timedelta(hours=1)}),
    Case("feed_is_read_once_for_a_partner", FeedSource, twin=True),
    Case("feed_kind_is_known", FeedSource, {"kind": "telegram"}),
    Case("feed_concerns_a_country", FeedSource, {"countries": []}),
    Case("feed_run_outcome_is_known", FeedRun, {"outcome": "well"}),
    Case("feed_run_says_why_it_failed", FeedRun, {"outcome": "failed"}),
    Case("feed_article_is_known_once", FeedArticle, twin=True),
    Case("review_is_imported_once", ImportedReview, twin=True),
    Case("review_state_is_known", ImportedReview, {"state": "seen"}),
    Case("review_taken_is_an_assessment", ImportedReview, {"state": "taken", "reason": ""}),
    Case("review_not_taken_has_a_reason", ImportedReview, {"reason": ""}),
    Case("partner_has_one_plan_that_holds", CoverPlan, twin=True),
    Case("cover_plan_ends_after_it_begins", CoverPlan, {"until": DAY - dt.timedelta(days=1)}),
    Case("cover_hours_begin_once", CoverHours, twin=True),
    Case("cover_hours_are_of_a_weekday", CoverHours, {"weekday": 7}),
    Case("cover_hours_end_after_they_begin", CoverHours, {"closes": 540}),
    Case("cover_hours_end_after_they_begin", CoverHours, {"closes": 1441}),
    Case("cover_spell_lasts_once", CoverSpell, twin=True),
    Case("cover_spell_ends_after_it_begins", CoverSpell, {"until": DAY}),
    Case("cover_spell_days_are_known", CoverSpell, {"days": "holiday"}),
    Case("cover_spell_cover_is_known", CoverSpell, {"cover": "mostly"}),
]  # fmt: skip

#: Broken only by a record that points to itself, or to one person or partner twice: a test of their own below.
SELF_REFERENCES = {
    "jurisdiction_is_not_its_own_parent",
    "election_does_not_replace_itself",
    "claim_is_no_copy_of_itself",
    "claim_is_brought_once",
    "assessment_is_handed_in_once",
    "proposal_is_decided_by_another",
    "proposal_is_submitted_once",
}


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.constraint}-{list(case.values.values())}")
def test_record_is_refused_when_it_breaks_a_constraint(world: World, case: Case) -> None:
    values = world.valid(case.model) | case.values
    if case.twin:
        case.model(**values).save()
    with pytest.raises(IntegrityError, match=f'"{case.constraint}"'), transaction.atomic():
        case.model(**values).save()


@pytest.mark.parametrize("model", sorted({case.model for case in CASES} - {User}, key=lambda model: model.__name__))
def test_record_is_accepted_when_it_keeps_all_constraints(world: World, model: type[models.Model]) -> None:
    record = model(**world.valid(model))
    record.save()
    assert record.pk


def test_jurisdiction_is_refused_when_it_is_its_own_parent(world: World) -> None:
    world.place.parent = world.place
    with pytest.raises(IntegrityError, match="jurisdiction_is_not_its_own_parent"), transaction.atomic():
        world.place.save()


def test_election_is_refused_when_it_replaces_itself(world: World) -> None:
    world.vote.replaces = world.vote
    with pytest.raises(IntegrityError, match="election_does_not_replace_itself"), transaction.atomic():
        world.vote.save()


def test_claim_is_refused_when_it_is_a_copy_of_itself(world: World) -> None:
    claim = Claim.objects.create(**world.claimed())
    claim.merged_into = claim
    with pytest.raises(IntegrityError, match="claim_is_no_copy_of_itself"), transaction.atomic():
        claim.save()


def test_claim_is_refused_when_its_partner_brought_it_before(world: World) -> None:
    brought = {"brought_by": world.partner, "repeat_key": "x"}
    Claim.objects.create(**world.claimed(), **brought)
    with pytest.raises(IntegrityError, match="claim_is_brought_once"), transaction.atomic():
        Claim.objects.create(**world.claimed(), **brought)
    for _ in range(2):
        Claim.objects.create(**world.claimed(), brought_by=world.partner)


def test_assessment_is_refused_when_its_partner_handed_it_in_before(world: World) -> None:
    Assessment.objects.create(**world.found(), repeat_key="x", ended_at=NOW)
    with pytest.raises(IntegrityError, match="assessment_is_handed_in_once"), transaction.atomic():
        Assessment.objects.create(**world.found(), repeat_key="x", ended_at=NOW)


def test_proposal_is_refused_when_its_author_decides_it(world: World) -> None:
    world.proposal.decided_by = world.user
    with pytest.raises(IntegrityError, match="proposal_is_decided_by_another"), transaction.atomic():
        world.proposal.save()


def test_proposal_is_refused_when_its_author_sent_the_same_form_before(world: World) -> None:
    made = {"author": world.user, "submission": uuid.uuid4()}
    Proposal(**world.valid(Proposal), **made).save()
    with pytest.raises(IntegrityError, match="proposal_is_submitted_once"), transaction.atomic():
        Proposal(**world.valid(Proposal), **made).save()


def test_notice_is_refused_when_its_author_reviews_it(world: World) -> None:
    notice = UrgentNotice(**world.valid(UrgentNotice) | {"reviewed_by": world.user, "reviewed_at": NOW})
    with pytest.raises(IntegrityError, match="notice_is_reviewed_by_another"), transaction.atomic():
        notice.save()


def test_notice_is_accepted_when_it_was_prolonged_from_a_later_day_on(world: World) -> None:
    later = {"extended_at": NOW + dt.timedelta(days=10), "expires_at": NOW + dt.timedelta(days=24)}
    notice = UrgentNotice(**world.valid(UrgentNotice) | later)
    notice.save()
    assert notice.pk


def test_fact_is_accepted_when_its_confirmation_names_who_and_when(world: World) -> None:
    confirmed = {"confirmation": "confirmed", "confirmed_on": DAY, "confirmed_by": world.organisation}
    answer = Answer(**world.valid(Answer) | confirmed)
    answer.save()
    assert Answer.objects.get(pk=answer.pk).confirmed_by == world.organisation


def test_person_may_propose_what_the_loader_proposed_too(world: World) -> None:
    Proposal(**world.valid(Proposal)).save()
    for _ in range(2):
        Proposal(**world.valid(Proposal), author=world.user).save()
    assert Proposal.objects.filter(record="election:xa.president.2031").waiting().count() == 3


def test_every_constraint_has_a_case() -> None:
    ours = [model for app in ("accounts", "centers", "factcheck") for model in apps.get_app_config(app).get_models()]
    declared = {constraint.name for model in ours for constraint in model._meta.constraints}
    assert declared == {case.constraint for case in CASES} | SELF_REFERENCES
