"""Salesforce: upserts by Bulk API 2.0, signed in by OAuth's client credentials."""

import csv
import io
import time
from collections.abc import Mapping
from typing import Any

import requests

from customer_health.publication import Refusal
from customer_health.sync.destination import (
    Answer,
    Caller,
    Undelivered,
    address,
    as_json,
    host_of,
    said,
    setting,
    was_tried_again,
)
from customer_health.sync.ledger import Ledger
from customer_health.sync.outbox import Row

JOBS = "/services/data/v62.0/jobs/ingest"
ENDED = ("JobComplete", "Failed", "Aborted")
FIRST_LOOK_SECONDS = 0.2
LONGEST_LOOK_SECONDS = 20.0
LONGEST_JOB_SECONDS = 3600.0
EMPTY = "#N/A"  # an empty cell would leave the field as it is
# Somebody else had the record at that moment.
PASSING_ERRORS = ("UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT", "SERVER_UNAVAILABLE")


class Salesforce:
    """One object of one Salesforce organization."""

    name = "salesforce"
    # One internal batch of Salesforce; a job may hold 100 MB, which is 10 kB for each row.
    rows_at_once = 10_000

    def __init__(self, environment: Mapping[str, str], object_name: str, key_field: str) -> None:
        """Name the object, and the field that its records are found by."""
        self.environment = environment
        self.url = address(environment, "SALESFORCE_URL")
        self.object_name = object_name
        self.key_field = key_field
        self.instance = self.url
        self.token = ""
        self.caller = Caller(self._authorize)

    def place(self) -> str:
        """Name the organization and the object."""
        return f"{self.name} {host_of(self.url)} {self.object_name}"

    def sign_in(self, ledger: Ledger) -> None:
        """Get a token, and stop jobs of a killed run: they might write over what is sent now."""
        self._get_token()
        for job in ledger.open_jobs():
            # what has ended cannot be stopped, and need not be
            self._call("PATCH", f"{JOBS}/{job}", "abort a job", json={"state": "Aborted"}, may=True)
            ledger.end_job(job)

    def send(self, rows: list[Row], ledger: Ledger) -> Answer:
        """Send rows as one job and read its results."""
        created = self._call(
            "POST",
            JOBS,
            "create a job",
            json={
                "object": self.object_name,
                "operation": "upsert",
                "externalIdFieldName": self.key_field,
                "contentType": "CSV",
                "lineEnding": "LF",
            },
        )
        job = as_json(created)["id"]
        ledger.begin_job(job)
        path = f"{JOBS}/{job}"
        self._call(
            "PUT",
            f"{path}/batches",
            "take the rows",
            data=_as_csv(rows),
            headers={"Content-Type": "text/csv; charset=UTF-8"},
        )
        self._call("PATCH", path, "start the job", json={"state": "UploadComplete"})
        ended = self._wait(path)
        answer = self._results(path)
        ledger.end_job(job)
        if ended["state"] == "Failed":
            ledger.settle(answer.acknowledged, answer.rejected)
            raise Refusal(
                f"Salesforce could not do the job: {ended.get('errorMessage', 'no reason given')}."
                " Fix: check seeds/policy/sync_fields.csv against the fields of"
                f" {self.object_name}, and that the app's user may edit them."
            )
        return answer

    def _wait(self, path: str) -> dict[str, Any]:
        """Look at a job until it has ended."""
        until = time.monotonic() + LONGEST_JOB_SECONDS
        pause = FIRST_LOOK_SECONDS
        while True:
            info = as_json(self._call("GET", path, "show the job"))
            if info["state"] in ENDED:
                return info
            if time.monotonic() > until:
                raise Undelivered(
                    f"Salesforce: a job has not ended after {LONGEST_JOB_SECONDS / 60:.0f} minutes."
                    " Fix: look at Bulk Data Load Jobs in its setup, and run this again."
                )
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)

    def _results(self, path: str) -> Answer:
        answer = Answer()
        for result in self._rows_of(f"{path}/successfulResults"):
            answer.acknowledged.append(result[self.key_field])
        for result in self._rows_of(f"{path}/failedResults"):
            if not result["sf__Error"].startswith(PASSING_ERRORS):
                answer.rejected[result[self.key_field]] = result["sf__Error"]
        return answer

    def _rows_of(self, path: str) -> csv.DictReader:
        response = self._call("GET", path, "give the results")
        response.encoding = "utf-8"
        return csv.DictReader(io.StringIO(response.text, newline=""))

    def _call(
        self, method: str, path: str, what: str, *, may: bool = False, **options: Any
    ) -> requests.Response:
        response = self.caller.call(method, self.instance + path, **options)
        if response.status_code == 401:  # the token has expired
            self._get_token()
            response = self.caller.call(method, self.instance + path, **options)
        # a second attempt at what the first has done is refused; the results will tell
        if response.ok or may or (method in ("PUT", "PATCH") and was_tried_again(response)):
            return response
        if "REQUEST_LIMIT_EXCEEDED" in response.text:
            raise Undelivered(
                f"Salesforce: today's calls are used up ({said(response)}). Fix: run it again"
                " tomorrow; what has arrived is not sent again."
            )
        raise Refusal(
            f"Salesforce does not {what}: {said(response)}. Fix: check object and fields in"
            " seeds/policy/sync_fields.csv, and that the app's user may use the API and edit them."
        )

    def _get_token(self) -> None:
        given = {
            "grant_type": "client_credentials",
            "client_id": setting(self.environment, "SALESFORCE_CLIENT_ID"),
            "client_secret": setting(self.environment, "SALESFORCE_CLIENT_SECRET"),
        }
        self.token = ""
        response = self.caller.call("POST", f"{self.url}/services/oauth2/token", data=given)
        if not response.ok:
            raise Refusal(
                f"Salesforce does not let us in: {said(response)}. Fix: check SALESFORCE_URL,"
                " SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET, and that the app allows the"
                " client credentials flow."
            )
        granted = as_json(response)
        self.token = granted["access_token"]
        self.instance = granted.get("instance_url", self.url).rstrip("/")

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def _as_csv(rows: list[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].record, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = row.record.items()
        writer.writerow({name: EMPTY if cell is None else cell for name, cell in cells})
    return text.getvalue().encode()
