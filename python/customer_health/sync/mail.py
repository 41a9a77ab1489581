"""Mail: each account owner's part of the daily digest, by SMTP."""

import csv
import hashlib
import re
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate
from html.parser import HTMLParser
from pathlib import Path

import duckdb

from customer_health.pages.digest import PARTS, digest
from customer_health.pages.marts import PublishedMarts
from customer_health.pages.rendering import template_environment
from customer_health.publication import Refusal
from customer_health.sync.destination import Answer, Undelivered, setting
from customer_health.sync.ledger import Ledger
from customer_health.sync.outbox import Row, check_published

NOBODY = "nobody"
OWNER = "{owner}"
ADDRESS = re.compile(r"[\w.+'-]+@[\w.-]+", re.ASCII)
BLOCKS = {"h1", "h2", "h3", "p", "li"}
PORT = "587"
TIMEOUT_SECONDS = 60
HERE = ("localhost", "127.0.0.1")


class Addresses:
    """Which address an owner's digest goes to."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Read the pattern, the one address, or the file that the environment names.

        Raises:
            Refusal: It is none of them.
        """
        self.given = setting(environment, "CUSTOMER_HEALTH_MAIL_TO")
        self.of_owners: dict[str, str] | None = None
        if "@" not in self.given:
            self.of_owners = _read_addresses(Path(self.given))

    def of(self, owner: str | None) -> str | None:
        """Give an owner's address; None without one that mail can be sent to."""
        if self.of_owners is not None:
            address = self.of_owners.get(owner or NOBODY, "")
        elif owner is None and OWNER in self.given:
            return None
        else:
            address = self.given.replace(OWNER, owner or NOBODY)
        return address if ADDRESS.fullmatch(address) else None


def _read_addresses(file: Path) -> dict[str, str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            return {row["csm_owner_id"]: row["address"].strip() for row in csv.DictReader(opened)}
    except (OSError, KeyError, AttributeError, ValueError) as problem:
        raise Refusal(
            f"CUSTOMER_HEALTH_MAIL_TO is neither an address nor a file of addresses"
            f" ({type(problem).__name__}). Fix: write an address, a pattern as"
            f" '{OWNER}@example.com', or the path of a CSV with the columns csm_owner_id and"
            " address."
        ) from None


def read_digest(published: Path, addresses: Addresses) -> list[list[Row]]:
    """Read the digest as rows to send: one for each owner that there is something to tell.

    Raises:
        Refusal: There is no such file, or no build published it.
    """
    check_published(published)
    template = template_environment().get_template("digest.html")
    rows = []
    try:
        with PublishedMarts(published) as marts:
            publication = marts.row("publication")
            for owner in digest(marts):
                if not any(owner[part] for part in PARTS):
                    continue
                key = f"{publication['as_of_date']}/{owner['csm_owner_id'] or NOBODY}"
                html = template.render(publication=publication, owners=[owner], is_mail=True)
                record = {
                    "to": addresses.of(owner["csm_owner_id"]),
                    "subject": f"Customer health: digest of {publication['as_of_date']}",
                    "text": as_text(html),
                    "html": html,
                }
                # a day is told once, however its figures change later
                rows.append(Row(key, record, hashlib.sha256(key.encode()).hexdigest()))
    except duckdb.Error as problem:
        raise Refusal(
            f"{published}: its digest cannot be read ({str(problem).splitlines()[0]}). Fix: close"
            " the program that has the file open; if none has, run `make build`."
        ) from problem
    return [rows]


class _Lines(HTMLParser):
    """Collects a line of text for each block of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.in_block = False

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag in BLOCKS:
            self.in_block = True
            self.lines.append({"h2": "\n", "h3": "\n", "li": "- "}.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.in_block = False

    def handle_data(self, data: str) -> None:
        if self.in_block:
            self.lines[-1] += data


def as_text(html: str) -> str:
    """Give the words of a digest, for mail programs that show no HTML."""
    parser = _Lines()
    parser.feed(html)
    return "\n".join(parser.lines) + "\n"


class Mail:
    """An SMTP server that takes our mails."""

    name = "mail"
    rows_at_once = 1  # a mail cannot be taken back, so that a killed run repeats one at most

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Find the server and who sends.

        Raises:
            Refusal: A setting is missing, or mail would go over the network unencrypted.
        """
        self.host = setting(environment, "SMTP_HOST")
        self.port = setting(environment, "SMTP_PORT", PORT)
        self.security = setting(environment, "SMTP_SECURITY", "starttls")
        self.sender = setting(environment, "SMTP_FROM")
        self.user = environment.get("SMTP_USER", "")
        self.environment = environment
        if not self.port.isdecimal():
            raise Refusal(f"SMTP_PORT is no number. Fix: write a port, as {PORT}.")
        if not ADDRESS.fullmatch(self.sender):
            raise Refusal("SMTP_FROM is no address. Fix: write one as health@example.com.")
        known = ("starttls", "tls", "none") if self.host in HERE else ("starttls", "tls")
        if self.security not in known:
            raise Refusal(
                f"SMTP_SECURITY is '{self.security}'. Fix: use one of {', '.join(known)}; 'none' is"
                " for a server on this machine."
            )
        self.server: smtplib.SMTP | None = None

    def place(self) -> str:
        """Name all servers alike: whichever took a digest, it is sent."""
        return self.name

    def sign_in(self, ledger: Ledger) -> None:
        """Connect and log in."""
        try:
            self.server = self._connect()
            if self.user:
                self.server.login(self.user, setting(self.environment, "SMTP_PASSWORD"))
        except smtplib.SMTPAuthenticationError as problem:
            if not _is_final(problem):
                raise self._undelivered(problem) from None
            raise Refusal(
                f"{self.host} does not let us in: {_said(problem)}. Fix: check SMTP_USER and"
                " SMTP_PASSWORD."
            ) from None
        except smtplib.SMTPNotSupportedError as problem:
            raise Refusal(
                f"{self.host} cannot do what is asked ({problem}). Fix: set SMTP_SECURITY=tls and"
                " its SMTP_PORT, or no SMTP_USER if it asks for none."
            ) from None
        except ssl.SSLError as problem:
            raise Refusal(
                f"{self.host} cannot be trusted ({problem.reason}). Fix: check SMTP_HOST, SMTP_PORT"
                " and SMTP_SECURITY; name a certificate authority of your own in SSL_CERT_FILE."
            ) from None
        except (OSError, smtplib.SMTPException) as problem:
            raise self._undelivered(problem) from None

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host,
                int(self.port),
                timeout=TIMEOUT_SECONDS,
                context=ssl.create_default_context(),
            )
        server = smtplib.SMTP(self.host, int(self.port), timeout=TIMEOUT_SECONDS)
        if self.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        return server

    def send(self, rows: list[Row], ledger: Ledger) -> Answer:
        """Send mails."""
        assert self.server is not None
        answer = Answer()
        for row in rows:
            if not row.record["to"]:
                answer.rejected[row.key] = (
                    "has no address that mail can be sent to. Fix: see CUSTOMER_HEALTH_MAIL_TO, or"
                    " name an owner in the CRM, and set RETRY=1."
                )
                continue
            try:
                self.server.send_message(self._message(row))
                answer.acknowledged.append(row.key)
            except smtplib.SMTPSenderRefused as problem:
                if not _is_final(problem):
                    raise self._undelivered(problem) from None
                raise Refusal(
                    f"{self.host} does not take mail of {self.sender}: {_said(problem)}."
                    " Fix: check SMTP_FROM, and whether the server asks for SMTP_USER."
                ) from None
            except smtplib.SMTPRecipientsRefused as problem:
                ((code, text),) = problem.recipients.values()
                refused = smtplib.SMTPResponseException(code, text)
                if not _is_final(refused):
                    raise self._undelivered(refused) from None
                answer.rejected[row.key] = _said(refused)
            except smtplib.SMTPResponseException as problem:
                if not _is_final(problem):
                    raise self._undelivered(problem) from None
                answer.rejected[row.key] = _said(problem)
            except (OSError, smtplib.SMTPException) as problem:
                raise self._undelivered(problem) from None
        return answer

    def _message(self, row: Row) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = row.record["to"]
        message["Subject"] = row.record["subject"]
        message["Date"] = formatdate(localtime=True)
        # the same if it is sent again, so that mail programs can show it once
        message["Message-ID"] = f"<{row.payload_hash[:32]}@{self.sender.rpartition('@')[2]}>"
        message.set_content(row.record["text"])
        message.add_alternative(row.record["html"], subtype="html")
        return message

    def _undelivered(self, problem: Exception) -> Undelivered:
        said = (
            _said(problem)
            if isinstance(problem, smtplib.SMTPResponseException)
            else type(problem).__name__
        )
        return Undelivered(
            f"{self.host}: does not take mail now ({said}). Fix: check SMTP_HOST, SMTP_PORT and the"
            " network, and run it again later; what has arrived is not sent again."
        )


def _is_final(problem: smtplib.SMTPResponseException) -> bool:
    return problem.smtp_code >= 500


def _said(problem: smtplib.SMTPResponseException) -> str:
    text = problem.smtp_error
    text = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{problem.smtp_code} {' '.join(text.split())[:300]}".strip()
