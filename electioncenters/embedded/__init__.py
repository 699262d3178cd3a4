"""PostgreSQL and Valkey from their wheels, for a machine that has neither.

`services.ensure()` is the door. `keeper` runs one server, `postgres` and `valkey` know the two servers,
`paths` says where everything lies, `owner` and `programs` see to a run as root, `locks` count who is there.
"""
