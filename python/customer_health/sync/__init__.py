"""Sends what changed in the outboxes to a CRM or to Slack, and keeps account of what arrived.

`outbox` reads the published file, `ledger` knows what each destination has acknowledged, and
`delivery` sends the difference through a destination: `salesforce`, `hubspot` or `slack`.

Every row arrives at least once. A row is noted as under way before it is sent and as acknowledged
after the destination said so; what a killed run left under way is sent again, and since CRMs
are written by key, a row that comes twice leaves no double.
"""
