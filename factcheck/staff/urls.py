"""Addresses of the fact-checkers' rooms, under `/staff/factcheck/`."""

from __future__ import annotations

from django.urls import path

from factcheck.staff import board, claim_signs, claims, partners

urlpatterns = [
    path("", board.coverage, name="coverage"),
    path("history/", board.coverage_history, name="coverage-history"),
    path("claims/", claims.claim_list, name="claims"),
    path("claims/new/", claims.claim_new, name="claim-new"),
    path("claims/<uuid:public_id>/", claims.claim_page, name="claim"),
    path("claims/<uuid:public_id>/assess/<int:partner>/", claims.claim_assess, name="claim-assess"),
    path("claims/<uuid:public_id>/withdraw/<int:partner>/", claims.claim_withdraw, name="claim-withdraw"),
    path("claims/<uuid:public_id>/same/", claims.claim_same, name="claim-same"),
    path("claims/<uuid:public_id>/signs/", claim_signs.claim_signs, name="claim-signs"),
    path("claims/<uuid:public_id>/signs/<int:sign>/end/", claim_signs.claim_sign_end, name="claim-sign-end"),
    path("partners/", partners.partner_list, name="fact-checkers"),
    path("partners/<int:pk>/", partners.partner_page, name="fact-checker"),
    path("partners/<int:pk>/hours/", partners.partner_hours, name="fact-checker-hours"),
    path("partners/<int:pk>/contact/", partners.partner_contact, name="fact-checker-contact"),
    path("partners/<int:pk>/contract/", partners.partner_contract, name="fact-checker-contract"),
    path("partners/<int:pk>/keys/add/", partners.partner_key_add, name="fact-checker-key-add"),
    path("partners/<int:pk>/keys/<int:key>/end/", partners.partner_key_end, name="fact-checker-key-end"),
]
