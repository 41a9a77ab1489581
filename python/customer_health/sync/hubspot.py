"""HubSpot: batches of records, upserted by a unique property or updated by HubSpot's own id."""

from collections.abc import Mapping
from typing import Any

import requests

from customer_health.publication import Refusal
from customer_health.sync.destination import (
    Answer,
    Caller,
    address,
    as_json,
    host_of,
    said,
    setting,
)
from customer_health.sync.ledger import Ledger
from customer_health.sync.outbox import Row

RECORD_ID = "hs_object_id"  # no unique property: upsert refuses it, update takes it
EMPTY = ""


class HubSpot:
    """One object of one HubSpot account."""

    name = "hubspot"
    rows_at_once = 100  # a batch holds no more

    def __init__(self, environment: Mapping[str, str], object_name: str, key_field: str) -> None:
        """Name the object, and the property that its records are found by."""
        self.environment = environment
        self.url = address(environment, "HUBSPOT_URL", "https://api.hubapi.com")
        self.object_name = object_name
        self.key_field = key_field
        self.token = ""
        self.caller = Caller(self._authorize)

    def place(self) -> str:
        """Name the host and the object: the account is in the secret."""
        return f"{self.name} {host_of(self.url)} {self.object_name}"

    def sign_in(self, ledger: Ledger) -> None:
        """Find the token."""
        self.token = setting(self.environment, "HUBSPOT_ACCESS_TOKEN")

    def send(self, rows: list[Row], ledger: Ledger) -> Answer:
        """Send rows as one batch; if one of them spoils it, in halves."""
        by_id = self.key_field == RECORD_ID
        inputs: list[dict[str, Any]] = []
        for row in rows:
            properties = {
                name: EMPTY if cell is None else cell
                for name, cell in row.record.items()
                if name != self.key_field
            }
            one = {"id": row.key, "properties": properties, "objectWriteTraceId": row.key}
            inputs.append(one if by_id else {**one, "idProperty": self.key_field})
        verb = "update" if by_id else "upsert"
        url = f"{self.url}/crm/v3/objects/{self.object_name}/batch/{verb}"
        response = self.caller.call("POST", url, json={"inputs": inputs})
        if response.ok:
            return self._answer(rows, as_json(response))
        if response.status_code not in (400, 409) or "PROPERTY_DOESNT_EXIST" in response.text:
            raise Refusal(
                f"HubSpot does not take the rows: {said(response)}. Fix: check HUBSPOT_ACCESS_TOKEN"
                " and the scopes of its app, and objects and fields in"
                " seeds/policy/sync_fields.csv."
            )
        if len(rows) == 1:
            return Answer(rejected={rows[0].key: said(response)})
        half = len(rows) // 2
        first, second = self.send(rows[:half], ledger), self.send(rows[half:], ledger)
        return Answer(first.acknowledged + second.acknowledged, first.rejected | second.rejected)

    def _answer(self, rows: list[Row], content: dict[str, Any]) -> Answer:
        """Read an answer: without errors it is of all rows, else it names those of each kind."""
        rejected = {
            str(key): error.get("message", "no reason given")
            for error in content.get("errors", [])
            for name in ("ids", "id", "objectWriteTraceId")
            for key in error.get("context", {}).get(name, [])
        }
        if not content.get("errors"):
            return Answer([row.key for row in rows])
        written = {
            str(result.get("objectWriteTraceId") or result.get("id"))
            for result in content.get("results", [])
        }
        return Answer([row.key for row in rows if row.key in written - rejected.keys()], rejected)

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request
