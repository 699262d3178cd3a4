"""Addresses of the fact-checkers' rooms, under `/staff/factcheck/`."""

from __future__ import annotations

from django.urls import path

from factcheck.staff import board, claim_signs, claims, feeds, offers, partners, rota, words

urlpatterns = [
    path("", board.coverage, name="coverage"),
    path("history/", board.coverage_history, name="coverage-history"),
    path("claims/", claims.claim_list, name="claims"),
    path("claims/new/", claims.claim_new, name="claim-new"),
    path("claims/<uuid:public_id>/", claims.claim_page, name="claim"),
    path("claims/<uuid:public_id>/assess/<int:partner>/", claims.claim_assess, name="claim-assess"),
    path("claims/<uuid:public_id>/withdraw/<int:partner>/", claims.claim_withdraw, name="claim-withdraw"),
    path("claims/<uuid:public_id>/take/<int:partner>/", offers.claim_take, name="claim-take"),
    path("claims/<uuid:public_id>/pass-on/<int:partner>/", offers.claim_pass_on, name="claim-pass-on"),
    path("claims/<uuid:public_id>/decline/<int:partner>/", offers.claim_decline, name="claim-decline"),
    path("claims/<uuid:public_id>/hand-over/", offers.claim_to_partner, name="claim-hand-over"),
    path("rota/", rota.rota_page, name="rota"),
    path("claims/<uuid:public_id>/same/", claims.claim_same, name="claim-same"),
    path("claims/<uuid:public_id>/signs/", claim_signs.claim_signs, name="claim-signs"),
    path("claims/<uuid:public_id>/signs/<int:sign>/end/", claim_signs.claim_sign_end, name="claim-sign-end"),
    path("partners/", partners.partner_list, name="fact-checkers"),
    path("partners/<int:pk>/", partners.partner_page, name="fact-checker"),
    path("partners/<int:pk>/hours/", partners.partner_hours, name="fact-checker-hours"),
    path("partners/<int:pk>/contact/", partners.partner_contact, name="fact-checker-contact"),
    path("partners/<int:pk>/capacity/", partners.partner_capacity, name="fact-checker-capacity"),
    path("partners/<int:pk>/words/", words.word_list, name="rating-words"),
    path("partners/<int:pk>/words/add/", words.word_add, name="rating-word-add"),
    path("words/<int:pk>/", words.word_map, name="rating-word"),
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
