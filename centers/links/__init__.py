"""Addresses that curators give: asked carefully whether they answer, and what their pages say of themselves.

No model and no database here; whoever calls has the rows (`centers.services`). All requests go through
`electioncenters.safe_http`.
"""
