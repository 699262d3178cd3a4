"""The doors of the workspace: which permission each takes, and the records it is asked for.

A new address under `/staff/` gets its line here; `tests/project/test_permit_roles.py` walks them all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import Invitation, Membership, Organisation, Role, User
from centers.models import Answer, ElectionCenter, HeldUpload, Jurisdiction, Link, PageLook, Proposal, PublishedChange
from factcheck.models import (
    Claim,
    ClaimSign,
    FactCheckPartner,
    FeedSource,
    ImportedReview,
    Origin,
    PartnerKey,
    RatingWord,
)
from factcheck.services.claim_open import claim_open
from labeling.models import (
    BulkDecision,
    Candidate,
    CandidateList,
    EmergingHashtag,
    OfficialAccount,
    Platform,
    Reminder,
    ReviewDecision,
    ReviewTask,
)
from labeling.services.policies_load import policies_load
from labeling.services.quality_golden import golden_mark
from labeling.services.review_decide import review_decide
from tests.accounts.told import given_notification
from tests.factories import (
    AnswerFactory,
    ElectionFactory,
    OrganisationFactory,
    TrustedSourceFactory,
    UrgentNoticeFactory,
)
from tests.labeling.sets import given_batch_set_aside, given_brake, given_rising, given_ruleset
from tests.labeling.tasks import APPLY, given_moderator, given_task
from tests.labeling.webhooks import given_endpoint, given_message
from tests.members import given_member

#: Makes a record of a place (and of the member's organisation), and answers the URL's arguments.
Target = Callable[[Jurisdiction, User | None], dict[str, Any]]


@dataclass(frozen=True)
class Door:
    """`to_post` is asked for anything but reading; "" when it is the same."""

    permission: str
    target: Target | None = None
    to_post: str = ""
    given: Target | None = None
    """Like `target`, for records that belong to no place."""

    def arguments(self, place: Jurisdiction, member: User | None) -> dict[str, Any]:
        """Of the URL."""
        make = self.target or self.given
        return make(place, member) if make else {}


def _organisation(member: User | None) -> Organisation:
    held = member.memberships.first() if member else None
    return held.organisation if held else OrganisationFactory.create()


def _membership(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    colleague = User.objects.create_user(f"colleague-{User.objects.count()}@fictional.example")
    held = Membership.objects.create(
        user=colleague, organisation=_organisation(member), role=Role.CURATOR, jurisdiction=place
    )
    return {"pk": held.pk}


def _invitation(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    invitation = Invitation.objects.create(
        organisation=_organisation(member),
        role=Role.CURATOR,
        jurisdiction=place,
        email=f"invited-{Invitation.objects.count()}@fictional.example",
        expires_at=timezone.now() + dt.timedelta(days=1),
    )
    return {"public_id": invitation.public_id}


def _version(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"version": given_ruleset().version}


def _step(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"version": given_ruleset().version, "step": "live"}


def _rule(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    rule = given_ruleset().rules.get()
    return {"version": rule.ruleset.version, "pk": rule.pk}


def _brake(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"pk": given_brake(given_ruleset()).pk}


def _set_aside(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"public_id": given_batch_set_aside().public_id}


def _webhook(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"public_id": given_endpoint().public_id}


def _webhook_step(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"public_id": given_endpoint().public_id, "step": "pause"}


def _dead_message(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    dead = given_message(given_endpoint(), "dead")
    return {"public_id": dead.endpoint.public_id, "message": dead.public_id}


def _hashtag(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"pk": given_rising(place, f"tag{EmergingHashtag.objects.count()}").pk}


def _reminder(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    Reminder.objects.filter(jurisdiction=place).update(active=False)
    return {"pk": Reminder.objects.create(jurisdiction=place).pk}


def _official(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    platform, _ = Platform.objects.get_or_create(key="fictional", defaults={"name": "Fictional platform"})
    by, _ = User.objects.get_or_create(email="somebody@fictional.example")
    account = OfficialAccount.objects.create(
        platform=platform, external_id=f"account-{OfficialAccount.objects.count()}", name="Fictional party",
        category="party", jurisdiction=place, source_url="https://party.example.org/", proposed_by=by,
        proposed_at=timezone.now(),
    )  # fmt: skip
    return {"public_id": account.public_id}


def _official_step(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return _official(place, member) | {"step": "verify"}


def _candidates(place: Jurisdiction, *, imported: bool) -> CandidateList:
    election = ElectionFactory.create(jurisdiction=place)
    return CandidateList.objects.create(
        election=election, source_url="https://wahl.example.org/", published_on="2031-03-01", file_name="list.csv",
        digest="a" * 64, encoding="utf-8", payload=None if imported else b"name\nZoe Demo\n", created_at=timezone.now(),
        mapping={"name": "name"}, imported_at=timezone.now() if imported else None,
        candidate_count=1 if imported else 0,
    )  # fmt: skip


def _candidate_list(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"public_id": _candidates(place, imported=True).public_id}


def _candidates_preview(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"public_id": _candidates(place, imported=False).public_id}


def _candidate(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    listing = _candidates(place, imported=True)
    return {"pk": Candidate.objects.create(list=listing, line=2, name="Zoe Demo", key="demo zoe").pk}


def _desk(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    ElectionCenter.objects.get_or_create(jurisdiction=place)
    return {"code": place.code}


def _desk_need(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return _desk(place, member) | {"key": "stale"}


def _proposal(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    """One of the member's own."""
    author = member or User.objects.create_user(f"author-{User.objects.count()}@fictional.example")
    proposal = Proposal.objects.create(
        jurisdiction=place, record=f"center:{place.code}", fields={"introduction_en": "New."},
        base={"introduction_en": ""}, reason="Why", source="https://wahl.example.org/", author=author,
    )  # fmt: skip
    return _desk(place, member) | {"pk": proposal.pk}


def _notice(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    center, _ = ElectionCenter.objects.get_or_create(jurisdiction=place)
    return {"code": place.code, "pk": UrgentNoticeFactory.create(center=center).pk}


def _notification(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    told = member or User.objects.create_user(f"told-{User.objects.count()}@fictional.example")
    return {"pk": given_notification(told).pk}


def _task(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"public_id": given_task(place, f"door-{ReviewTask.objects.count()}").public_id}


def _decision(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    decider = given_moderator(place, name=f"decider-{User.objects.count()}")
    task = given_task(place, f"door-{ReviewTask.objects.count()}")
    return {"pk": review_decide(task=task, by=decider, version=task.version, verdict=APPLY).pk}


def _golden(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    decision = ReviewDecision.objects.get(**_decision(place, member))
    lead = given_member(Role.OPERATOR, place, email=f"lead-{User.objects.count()}@fictional.example")
    return {"public_id": golden_mark(decision=decision, by=lead, why="It names the ballot.").public_id}


def _figures(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {"table": "days"}


def _media(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    media = [{"type": "video", "url": "https://10.0.0.1/inside.mp4"}]
    return {"public_id": given_task(place, f"door-{ReviewTask.objects.count()}", media=media).public_id, "number": 0}


def _policy(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    policies_load()
    return {"key": "election-label"}


def _bulk(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    decider = member or given_moderator(place, name=f"decider-{User.objects.count()}")
    bulk = BulkDecision.objects.create(decided_by=decider, count=1, decided_at=timezone.now())
    return {"public_id": bulk.public_id}


def _record(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return _desk(place, member) | {"record": f"center:{place.code}"}


def _change(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    change = PublishedChange.objects.create(
        jurisdiction=place, record=f"center:{place.code}", action="change", before={"introduction_en": ""},
        after={"introduction_en": "New."}, source="https://wahl.example.org/", reason="Why",
        published_at=timezone.now(),
    )  # fmt: skip
    return _desk(place, member) | {"pk": change.pk}


def _answer(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    given = {**_desk(place, member), "record": f"answer:{place.code}/when"}
    if not Answer.objects.filter(center__jurisdiction=place).exists():
        AnswerFactory.create(center=ElectionCenter.objects.get(jurisdiction=place), question="when")
    return given


def _noun(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {**_desk(place, member), "noun": "election"}


PROPOSE = "centers.propose_change"
PROPOSE = "centers.propose_change"


def _election(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    key = f"{place.code}.president.{2031 + place.elections.count()}"
    return _desk(place, member) | {"key": ElectionFactory.create(jurisdiction=place, key=key).key}


def _look(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    asked_by = member or User.objects.create_user(f"asked-{User.objects.count()}@fictional.example")
    look = PageLook.objects.create(
        jurisdiction=place, asked_by=asked_by, asked_at=timezone.now(), url="https://wahl.example.org/"
    )
    return _desk(place, member) | {"public_id": look.public_id}


def _link(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    url = f"https://wahl.example.org/{place.code}"
    center, _ = ElectionCenter.objects.get_or_create(jurisdiction=place)
    if not center.sources.filter(url=url).exists():
        TrustedSourceFactory.create(center=center, url=url)
    link, _ = Link.objects.get_or_create(url=url, defaults={"host": "wahl.example.org", "due_at": timezone.now()})
    return {"code": place.code, "pk": link.pk}


def _table(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return _desk(place, member) | {"table": "sources"}


def _upload(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    sender = member or User.objects.create_user(f"sender-{User.objects.count()}@fictional.example")
    held = HeldUpload.objects.create(user=sender, jurisdiction=place, kind="sources", content=b"url,title\nx,y\n")
    return _desk(place, member) | {"public_id": held.public_id}


def _checker(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    """A partner that checks facts for the place: the member's own organisation."""
    organisation = _organisation(member)
    partner, _ = FactCheckPartner.objects.update_or_create(
        organisation=organisation,
        defaults={"countries": [place.code], "languages": ["de"], "verified_on": dt.date(2031, 3, 1)},
    )
    return {"pk": partner.pk}


def _checker_key(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    partner = _checker(place, member)
    prefix = f"door{PartnerKey.objects.count():08}"
    key = PartnerKey.objects.create(partner_id=partner["pk"], name="Roster", prefix=prefix, digest=b"x")
    return {**partner, "key": key.pk}


def _feed_step(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    partner = _checker(place, member)
    feed, _ = FeedSource.objects.get_or_create(
        partner_id=partner["pk"],
        url="https://checks.fictional.example/feed",
        defaults={
            "kind": "articles", "host": "checks.fictional.example", "language": "de", "countries": [place.code],
            "due_at": timezone.now(),
        },
    )  # fmt: skip
    return {**partner, "feed": feed.pk, "step": "pause"}


def _review(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    partner = _checker(place, member)
    review = ImportedReview.objects.create(
        partner_id=partner["pk"], article_url="https://checks.fictional.example/a", language="de", state="held",
        number=ImportedReview.objects.count() + 1, reason="rating_unknown", digest="x", read_at=timezone.now(),
        changed_at=timezone.now(),
    )  # fmt: skip
    return {**partner, "review": review.pk}


def _claim(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    """One that spreads in the place; the member's own organisation checks facts there."""
    _checker(place, member)
    claim = claim_open(
        by=None, origin=Origin.MODERATOR, text="Something is said.", language="de", countries=[place.code]
    )
    return {"public_id": claim.public_id}


def _claim_sign(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    found = _claim(place, member)
    claim = Claim.objects.get(public_id=found["public_id"])
    sign, _ = ClaimSign.objects.get_or_create(
        claim=claim, kind="phrase", value="a key phrase", defaults={"added_at": timezone.now()}
    )
    return {**found, "sign": sign.pk}


def _seat(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    return {**_claim(place, member), "partner": _checker(place, member)["pk"]}


def _word(place: Jurisdiction, member: User | None) -> dict[str, Any]:
    partner = _checker(place, member)["pk"]
    word, _ = RatingWord.objects.get_or_create(
        partner_id=partner, key="pants", defaults={"word": "Pants", "added_at": timezone.now()}
    )
    return {"pk": word.pk}


VIEW_RULES, DRAFT_RULES, RELEASE_RULES = "labeling.view_rules", "labeling.draft_rules", "labeling.release_rules"

DOORS: dict[str, Door] = {
    "staff-home": Door("accounts.be_member"),
    "members": Door("accounts.manage_members"),
    "membership-remove": Door("accounts.manage_members", target=_membership),
    "members-history": Door("accounts.manage_members"),
    "invitation-withdraw": Door("accounts.manage_members", target=_invitation),
    "notifications": Door("accounts.be_member"),
    "notifications-read": Door("accounts.be_member"),
    "notification-settings": Door("accounts.be_member"),
    "notification-open": Door("accounts.be_member", given=_notification),
    "desks": Door("centers.view_desk"),
    "desk": Door("centers.view_desk", target=_desk),
    "desk-need": Door("centers.view_desk", target=_desk_need),
    "desk-elections": Door("centers.view_desk", target=_desk),
    "election-change": Door("centers.propose_change", target=_election),
    "desk-audit": Door("centers.view_audit", target=_desk),
    "desk-proposals": Door("centers.view_desk", target=_desk),
    "proposals-approve": Door("centers.publish_center", target=_desk),
    "proposal": Door("centers.view_desk", target=_proposal),
    "proposal-decide": Door("centers.publish_center", target=_proposal),
    "proposal-comment": Door("centers.view_desk", target=_proposal),
    "proposal-withdraw": Door("centers.propose_change", target=_proposal),
    "desk-notice": Door("centers.view_desk", to_post="centers.publish_center", target=_desk),
    "desk-notice-one": Door("centers.view_desk", to_post="centers.publish_center", target=_notice),
    "desk-import": Door("centers.view_desk", target=_desk, to_post="centers.propose_change"),
    "desk-import-preview": Door("centers.propose_change", target=_upload),
    "desk-import-template": Door("centers.view_desk", target=_table),
    "desk-export-json": Door("centers.view_desk", target=_desk),
    "desk-export-csv": Door("centers.view_desk", target=_desk),
    "desk-xliff": Door("centers.view_desk", target=_desk),
    "desk-translations": Door("centers.view_desk", target=_desk, to_post="centers.propose_change"),
    "proposal-preview": Door("centers.view_desk", target=_proposal),
    "proposal-undo": Door("centers.publish_center", target=_proposal),
    "record": Door("centers.view_desk", target=_record),
    "fact-look": Door("centers.confirm_fact", target=_record),
    "fact-confirm": Door("centers.confirm_fact", target=_record),
    "change-undo": Door("centers.publish_center", target=_change),
    "desk-records": Door("centers.view_desk", target=_desk),
    "record-new": Door(PROPOSE, target=_noun),
    "record-edit": Door(PROPOSE, target=_record),
    "record-remove": Door(PROPOSE, target=_answer),
    "proposal-revise": Door(PROPOSE, target=_proposal),
    "desk-sources": Door("centers.view_desk", to_post="centers.propose_change", target=_desk),
    "desk-campaigns": Door("centers.view_desk", target=_desk),
    "desk-media": Door(PROPOSE, target=_desk),
    "desk-captions": Door(PROPOSE, target=_desk),
    "desk-views": Door("centers.view_desk", to_post="centers.publish_center", target=_desk),
    "desk-source-look": Door("centers.propose_change", target=_look),
    "desk-link": Door("centers.view_desk", target=_link),
    "coverage": Door("factcheck.view_desk"),
    "coverage-history": Door("factcheck.view_desk"),
    "claims": Door("factcheck.view_desk"),
    "claim-new": Door("factcheck.open_claim"),
    "claim": Door("factcheck.view_desk", given=_claim),
    "claim-same": Door("factcheck.open_claim", target=_claim),
    "claim-take": Door("factcheck.assess_claim", target=_seat),
    "claim-pass-on": Door("factcheck.assess_claim", target=_seat),
    "claim-decline": Door("factcheck.assess_claim", target=_seat),
    "claim-hand-over": Door("factcheck.manage_partner", target=_claim),
    "rota": Door("factcheck.view_desk"),
    "claim-signs": Door("factcheck.open_claim", target=_claim),
    "claim-sign-end": Door("factcheck.open_claim", target=_claim_sign),
    "claim-matches": Door("factcheck.view_desk", to_post="factcheck.open_claim", given=_claim),
    "claim-assess": Door("factcheck.assess_claim", target=_seat),
    "claim-withdraw": Door("factcheck.assess_claim", target=_seat),
    "fact-checkers": Door("factcheck.view_desk"),
    "fact-checker": Door("factcheck.view_desk", given=_checker),
    "fact-checker-hours": Door("factcheck.keep_partner", target=_checker),
    "fact-checker-contact": Door("factcheck.keep_partner", target=_checker),
    "fact-checker-capacity": Door("factcheck.keep_partner", target=_checker),
    "rating-words": Door("factcheck.view_desk", given=_checker),
    "rating-word-add": Door("factcheck.keep_partner", target=_checker),
    "rating-word": Door("factcheck.keep_partner", target=_word),
    "fact-checker-contract": Door("factcheck.manage_partner", target=_checker),
    "fact-checker-feeds": Door("factcheck.view_desk", given=_checker),
    "fact-checker-feed-add": Door("factcheck.keep_partner", target=_checker),
    "fact-checker-feed-step": Door("factcheck.keep_partner", target=_feed_step),
    "fact-checker-review": Door("factcheck.view_desk", given=_review),
    "fact-checker-review-settle": Door("factcheck.keep_partner", target=_review),
    "fact-checker-key-add": Door("factcheck.keep_partner", target=_checker),
    "fact-checker-key-end": Door("factcheck.keep_partner", target=_checker_key),
    "rulesets": Door(VIEW_RULES, to_post=DRAFT_RULES),
    "ruleset": Door(VIEW_RULES, given=_version),
    "ruleset-settings": Door(DRAFT_RULES, given=_version),
    "ruleset-discard": Door(DRAFT_RULES, given=_version),
    "ruleset-step": Door(RELEASE_RULES, given=_step),
    "rule": Door(VIEW_RULES, to_post=DRAFT_RULES, given=_rule),
    "rule-add": Door(DRAFT_RULES, given=_version),
    "rule-remove": Door(DRAFT_RULES, given=_rule),
    "ruleset-check": Door(VIEW_RULES, given=_version),
    "back-test": Door(VIEW_RULES, to_post=DRAFT_RULES, given=_version),
    "back-test-cancel": Door(DRAFT_RULES, given=_version),
    "relabel": Door(VIEW_RULES, to_post=RELEASE_RULES),
    "relabel-cancel": Door(RELEASE_RULES),
    "brakes": Door(VIEW_RULES),
    "brake-release": Door(RELEASE_RULES, given=_brake),
    "hashtags": Door("labeling.decide_hashtag"),
    "hashtag-decide": Door("labeling.decide_hashtag", target=_hashtag),
    "reminders": Door("labeling.view_reminders"),
    "reminder-add": Door("labeling.edit_reminders"),
    "reminder": Door("labeling.edit_reminders", target=_reminder),
    "reminder-end": Door("labeling.edit_reminders", target=_reminder),
    "statements": Door("labeling.view_pipeline"),
    "statements-download": Door("labeling.operate_pipeline"),
    "reviews": Door("labeling.view_queue"),
    "quality": Door("labeling.view_figures"),
    "quality-mine": Door("labeling.review_label"),
    "quality-moderators": Door("labeling.lead_reviews"),
    "quality-golden": Door("labeling.lead_reviews"),
    "golden-add": Door("labeling.lead_reviews", target=_decision),
    "golden-retire": Door("labeling.lead_reviews", target=_golden),
    "figures": Door("labeling.view_figures"),
    "figures-file": Door("labeling.view_figures", given=_figures),
    "review-next": Door("labeling.review_label"),
    "review-mine": Door("labeling.review_label"),
    "review-profile": Door("labeling.review_label"),
    "review-overview": Door("labeling.view_queue"),
    "review-policies": Door("labeling.view_queue"),
    "review-policy": Door("labeling.view_queue", given=_policy),
    "review-notice": Door("labeling.flag_content"),
    "review-undo-all": Door("labeling.review_label", given=_bulk),
    "review-reveal": Door("labeling.view_queue", target=_task),
    "review-media": Door("labeling.view_queue", target=_media),
    "review": Door("labeling.view_queue", target=_task),
    "review-to-checkers": Door("labeling.review_label", target=_task),
    "review-undo": Door("labeling.review_label", target=_decision),
    **{
        f"review-{act}": Door("labeling.review_label", target=_task)
        for act in ("claim", "renew", "release", "decide", "similar", "name")
    },
    "pipeline": Door("labeling.view_pipeline"),
    "batch-download": Door("labeling.operate_pipeline", given=_set_aside),
    "batch-replay": Door("labeling.operate_pipeline", given=_set_aside),
    "official-accounts": Door("labeling.view_accounts"),
    "official-propose": Door("labeling.propose_account"),
    "official-account": Door("labeling.view_accounts", given=_official),
    "official-step": Door("labeling.propose_account", target=_official_step),
    "candidate-lists": Door("labeling.view_accounts"),
    "candidates-add": Door("labeling.import_candidates"),
    "candidate-list": Door("labeling.view_accounts", given=_candidate_list),
    "candidates-preview": Door("labeling.import_candidates", target=_candidates_preview),
    "candidate": Door("labeling.view_accounts", given=_candidate),
    "webhooks": Door("labeling.view_pipeline"),
    "webhook": Door("labeling.view_pipeline", given=_webhook),
    "webhook-add": Door("labeling.operate_pipeline"),
    "webhook-change": Door("labeling.operate_pipeline", given=_webhook),
    "webhook-rotate": Door("labeling.operate_pipeline", given=_webhook),
    "webhook-step": Door("labeling.operate_pipeline", given=_webhook_step),
    "webhook-message": Door("labeling.operate_pipeline", given=_dead_message),
}
