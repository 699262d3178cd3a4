"""Addresses of the fact-checkers' rooms, under `/staff/factcheck/`."""

from __future__ import annotations

from django.urls import path

from factcheck.staff import board, claims, feeds, partners

urlpatterns = [
    path("", board.coverage, name="coverage"),
    path("history/", board.coverage_history, name="coverage-history"),
    path("claims/", claims.claim_list, name="claims"),
    path("claims/new/", claims.claim_new, name="claim-new"),
    path("claims/<uuid:public_id>/", claims.claim_page, name="claim"),
    path("claims/<uuid:public_id>/assess/<int:partner>/", claims.claim_assess, name="claim-assess"),
    path("claims/<uuid:public_id>/withdraw/<int:partner>/", claims.claim_withdraw, name="claim-withdraw"),
    path("claims/<uuid:public_id>/same/", claims.claim_same, name="claim-same"),
    path("partners/", partners.partner_list, name="fact-checkers"),
    path("partners/<int:pk>/", partners.partner_page, name="fact-checker"),
    path("partners/<int:pk>/hours/", partners.partner_hours, name="fact-checker-hours"),
    path("partners/<int:pk>/contact/", partners.partner_contact, name="fact-checker-contact"),
    path("partners/<int:pk>/contract/", partners.partner_contract, name="fact-checker-contract"),
    path("partners/<int:pk>/feeds/", feeds.partner_feeds, name="fact-checker-feeds"),
    path("partners/<int:pk>/feeds/add/", feeds.partner_feed_add, name="fact-checker-feed-add"),
    path("partners/<int:pk>/feeds/<int:feed>/<slug:step>/", feeds.partner_feed_step, name="fact-checker-feed-step"),
    path("partners/<int:pk>/reviews/<int:review>/", feeds.partner_review, name="fact-checker-review"),
    path(
        "partners/<int:pk>/reviews/<int:review>/settle/",
        feeds.partner_review_settle,
        name="fact-checker-review-settle",
    ),
    path("partners/<int:pk>/keys/add/", partners.partner_key_add, name="fact-checker-key-add"),
    path("partners/<int:pk>/keys/<int:key>/end/", partners.partner_key_end, name="fact-checker-key-end"),
]
