"""Sends what changed in the outboxes to a CRM, Slack or mail, and keeps account of what arrived.

`outbox` reads the published file, `ledger` knows what each destination has acknowledged, and
`delivery` sends the difference through a destination: `salesforce`, `hubspot`, `slack`
or `mail`, which sends the digest of the pages instead of an outbox.

Every row arrives at least once. A row is noted as under way before it is sent and as acknowledged
after the destination said so; what a killed run left under way is sent again, and since CRMs
are written by key, a row that comes twice leaves no double.
"""
