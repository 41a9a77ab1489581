"""Local servers that speak the calls of Salesforce, HubSpot and Slack, as far as `sync` makes them.

They keep what arrived, and fail when asked to.
"""

import csv
import io
import json
import re
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs

SECRET = "s3cr3t-that-nobody-may-see"


class Server:
    """One server on a free port; records holds what arrived, by key."""

    def __init__(self) -> None:
        """Start listening."""
        self.records: dict[str, dict] = {}
        self.arrivals: Counter[str] = Counter()
        self.refused: dict[str, str] = {}  # key and why it is rejected
        self.failures: list[tuple[str, int, dict, bool]] = []
        self.spared: Counter[str] = Counter()
        self.calls: list[str] = []
        self.lock = Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet for an answer: the client would wait for the second

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with outer.lock:
                    status, headers, text = outer.answer(
                        self.command, self.path, self.headers.get("Authorization"), body
                    )
                content = text.encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = handle_any

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A client that was killed is no error."""

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self.http.shutdown()
        self.http.server_close()

    def fail(
        self,
        step: str,
        status: int,
        times: int = 1,
        late: bool = False,
        spare: int = 0,
        **headers: str,
    ) -> None:
        """Fail calls of a step but for the next few; late: after having done what they ask."""
        answer = {name.replace("_", "-"): value for name, value in headers.items()}
        self.failures += [(step, status, answer, late)] * times
        self.spared[step] = spare

    def answer(self, verb: str, path: str, token: str | None, body: bytes) -> tuple:
        """Answer a call."""
        step = self.step(verb, path, body)
        self.calls.append(step)
        due = next((failure for failure in self.failures if failure[0] == step), None)
        if due and self.spared[step]:
            self.spared[step] -= 1
        elif due:
            self.failures.remove(due)
            if due[3]:
                self.work(step, path, token, body)
            return due[1], due[2], "try later"
        status, content = self.work(step, path, token, body)
        return status, {}, content if isinstance(content, str) else json.dumps(content)

    def take(self, key: str, record: dict) -> None:
        """Keep a record."""
        self.records.setdefault(key, {}).update(record)
        self.arrivals[key] += 1


class SalesforceServer(Server):
    """OAuth's client credentials and ingest jobs of Bulk API 2.0."""

    def __init__(self) -> None:
        """Start without jobs."""
        super().__init__()
        self.jobs: dict[str, dict] = {}
        self.tokens: set[str] = set()
        self.tokens_given = 0
        self.known_fields: set[str] | None = None

    def environment(self) -> dict[str, str]:
        """Give the variables that lead here."""
        return {
            "SALESFORCE_URL": self.url,
            "SALESFORCE_CLIENT_ID": "app",
            "SALESFORCE_CLIENT_SECRET": SECRET,
        }

    def step(self, verb: str, path: str, body: bytes) -> str:
        """Name the step that a call is."""
        if path.endswith("/token"):
            return "token"
        last = path.rsplit("/", 1)[1]
        if verb == "PATCH":
            return {"UploadComplete": "close", "Aborted": "abort"}[json.loads(body)["state"]]
        return {"POST": "create", "PUT": "upload"}.get(verb) or (
            last if last.endswith("Results") else "poll"
        )

    def work(self, step: str, path: str, token: str | None, body: bytes) -> tuple:
        """Do what a call asks."""
        if step == "token":
            given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            assert given["grant_type"] == "client_credentials"
            if given["client_secret"] != SECRET:
                return 400, {"error": "invalid_client", "error_description": "invalid client"}
            self.tokens_given += 1
            name = f"token-{self.tokens_given}"
            self.tokens.add(name)
            return 200, {"access_token": name, "instance_url": self.url}
        if (token or "").removeprefix("Bearer ") not in self.tokens:
            return 401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}]
        if step == "create":
            asked = json.loads(body)
            assert (asked["operation"], asked["contentType"]) == ("upsert", "CSV")
            job = {**asked, "id": f"750{len(self.jobs)}", "state": "Open", "rows": None}
            self.jobs[job["id"]] = job
            return 200, {"id": job["id"], "state": "Open"}
        job = self.jobs[re.search("/ingest/([^/]+)", path)[1]]
        return self.work_on(job, step, body)

    def work_on(self, job: dict, step: str, body: bytes) -> tuple:
        """Do what a call asks of a job."""
        if step == "upload":
            if job["rows"] is not None:
                return 400, [{"errorCode": "INVALIDBATCH", "message": "there is a batch already"}]
            job["rows"] = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
            return 201, ""
        if step in ("close", "abort"):
            if job["state"] != "Open":
                return 400, [{"errorCode": "INVALIDJOBSTATE", "message": "not open"}]
            job["state"] = "UploadComplete" if step == "close" else "Aborted"
            return 200, {"id": job["id"], "state": job["state"]}
        if step == "poll":
            # the second look sees the end
            if job["state"] == "InProgress":
                self.process(job)
            elif job["state"] == "UploadComplete":
                job["state"] = "InProgress"
            shown = {name: value for name, value in job.items() if name in ("id", "state")}
            return 200, {**shown, "errorMessage": job.get("error")}
        return 200, self.results(job, step == "successfulResults")

    def process(self, job: dict) -> None:
        """Write the rows of a job."""
        unknown = set(job["rows"][0]) - (self.known_fields or set(job["rows"][0]))
        if unknown:
            job["state"] = "Failed"
            job["error"] = f"InvalidBatch : Field name not found : {min(unknown)}"
            job["rows"] = []
            return
        job["state"] = "JobComplete"
        key = job["externalIdFieldName"]
        for row in job["rows"]:
            if row[key] not in self.refused:
                self.take(row[key], row)

    def results(self, job: dict, successful: bool) -> str:
        """Give the rows of a job that were written, or those that were not."""
        key = job["externalIdFieldName"]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = list(job["rows"][0]) if job["rows"] else [key]
        writer.writerow(["sf__Id", "sf__Created" if successful else "sf__Error", *names])
        for row in job["rows"]:
            if (row[key] in self.refused) != successful:
                writer.writerow(["001", self.refused.get(row[key], "false"), *row.values()])
        return text.getvalue()


class HubSpotServer(Server):
    """Batch upsert, and batch update by record id."""

    def environment(self) -> dict[str, str]:
        """Give the variables that lead here."""
        return {"HUBSPOT_URL": self.url, "HUBSPOT_ACCESS_TOKEN": SECRET}

    def step(self, verb: str, path: str, body: bytes) -> str:
        """Name the step that a call is."""
        return path.rsplit("/", 1)[1]

    def work(self, step: str, path: str, token: str | None, body: bytes) -> tuple:
        """Write a batch: all of it, or where a value is no good none of it."""
        if token != f"Bearer {SECRET}":
            return 401, {"status": "error", "category": "INVALID_AUTHENTICATION"}
        inputs = json.loads(body)["inputs"]
        assert len(inputs) <= 100
        for given in inputs:
            assert ("idProperty" in given) == (step == "upsert")
            why = self.refused.get(given["id"], "")
            if why.startswith("VALIDATION"):
                return 400, {"category": "VALIDATION_ERROR", "message": why}
        results, errors = [], []
        for given in inputs:
            if given["id"] in self.refused:
                context = {"ids": [given["id"]]}
                errors.append({"message": self.refused[given["id"]], "context": context})
            else:
                self.take(given["id"], given["properties"])
                trace = given["objectWriteTraceId"]
                results.append({"id": f"record-{given['id']}", "objectWriteTraceId": trace})
        if errors:
            return 207, {"status": "COMPLETE", "results": results, "errors": errors}
        return 200, {"status": "COMPLETE", "results": results}


class SlackServer(Server):
    """An incoming webhook."""

    def environment(self) -> dict[str, str]:
        """Give the variables that lead here."""
        return {"SLACK_WEBHOOK_URL": f"{self.url}/services/{SECRET}"}

    def step(self, verb: str, path: str, body: bytes) -> str:
        """Name the step that a call is."""
        return "post"

    def work(self, step: str, path: str, token: str | None, body: bytes) -> tuple:
        """Take a message."""
        if not path.endswith(SECRET):
            return 403, "invalid_token"
        text = json.loads(body)["text"]
        if text in self.refused:
            return 400, self.refused[text]
        self.take(text, {})
        return 200, "ok"
