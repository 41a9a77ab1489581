"""The digest tells each owner what the marts say of their accounts, once a day, by real SMTP."""

import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import duckdb
import pytest
from mail_server import PASSWORD, MailServer
from test_pages import PUBLICATION

from customer_health.pages.digest import digest
from customer_health.pages.marts import PublishedMarts
from customer_health.publication import Refusal
from customer_health.sync.__main__ import main
from customer_health.sync.mail import Addresses

# Six customers have news: 1 to 3 are flagged, since today, six and seven days ago; 4 is in a worse
# band than a week ago, 5 fell; the flag of 6 has gone. Alerts of 1 and 2 are told, that of 3 is
# not, that of 4 was told yesterday.
NEWS = """
    create temp table six as
    select account_id, row_number() over (order by account_id) as i
    from marts.account_health
    where customer_status = 'customer' and health_score is not null
    qualify i <= 6;
    create temp table days as
    select max(as_of_date) as newest, max(as_of_date) - 7 as week_ago from marts.account_health;

    update marts.fct_health_scores
    set is_flagged = false, is_drop_alert = false, band = 'moderate'
    where scorecard_role = 'production';
    update marts.fct_health_scores as scores
    set
        is_flagged = i <= 3,
        is_drop_alert = i = 5 and as_of_date = newest,
        band = if(i = 4 and as_of_date = week_ago, 'healthy', 'moderate'),
        health_score = if(i = 4 and as_of_date = week_ago, 100, health_score)
    from six, days
    where
        scores.account_id = six.account_id and scores.scorecard_role = 'production'
        and as_of_date in (newest, week_ago);

    delete from marts.fct_flag_episodes;
    insert into marts.fct_flag_episodes by name
    select
        account_id,
        newest - case i when 1 then 0 when 2 then 6 when 3 then 7 else 2 end as flagged_date,
        case when i = 6 then newest end as unflagged_date
    from six, days
    where i in (1, 2, 3, 6);

    delete from marts.fct_alerts;
    insert into marts.fct_alerts by name
    select
        'test/' || account_id as alert_id,
        account_id,
        newest - (i = 4)::int as as_of_date,
        'Invoices past due: ' || i as sentence,
        i <> 3 as is_told
    from six, days
    where i <= 4;

    update marts.account_health set expected_arr_loss_90d = round(arr / 7)
    where customer_status = 'customer';
    update marts.csm_worklist set expected_arr_loss_90d = round(arr / 7);
"""


@dataclass(frozen=True)
class Company:
    """A published file with news, and its ledger."""

    file: Path

    def rows(self, query: str) -> list[tuple]:
        """Give what a query on the marts gives."""
        with duckdb.connect(str(self.file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    @property
    def ledger(self) -> list[tuple]:
        """What the ledger says of each digest."""
        with sqlite3.connect(self.file.with_name("scores.sync.sqlite")) as connection:
            return connection.execute("select key, state from deliveries order by key").fetchall()

    def sync(self, *options: str) -> int:
        """Send the digest and give the exit code."""
        return main(["--warehouse", str(self.file), "--to", "mail", *options])

    def owners(self) -> list[str]:
        """Give the owners of customers in order."""
        found = self.rows(
            "select distinct csm_owner_id from marts.account_health"
            " where customer_status = 'customer' order by 1"
        )
        return [owner for (owner,) in found]


@pytest.fixture(scope="module")
def published(built_demo, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("digest") / "scores.duckdb"
    shutil.copyfile(built_demo.warehouse, file)
    with duckdb.connect(str(file)) as connection:
        connection.execute(PUBLICATION)
        connection.execute(NEWS)
    return file


@pytest.fixture
def company(published, tmp_path) -> Company:
    file = tmp_path / "scores.duckdb"
    file.hardlink_to(published)
    return Company(file)


@pytest.fixture
def server(monkeypatch):
    yield from serve(MailServer(), monkeypatch)


def serve(server: MailServer, monkeypatch):
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    yield server
    server.stop()


def test_the_parts_are_those_of_the_marts(company):
    with PublishedMarts(company.file) as marts:
        owners = digest(marts)
    shown = {
        part: [(row["csm_owner_id"], row["account_id"]) for owner in owners for row in owner[part]]
        for part in ("alerts", "flags", "today", "worse")
    }
    six = company.rows(
        """
        select csm_owner_id, account_id from marts.account_health
        where customer_status = 'customer' and health_score is not null
        order by account_id limit 6
        """
    )
    assert sorted(shown["alerts"]) == sorted(six[:2])
    assert sorted(shown["flags"]) == sorted(six[:2])
    assert sorted(shown["worse"]) == sorted(six[3:5])
    assert sorted(shown["today"]) == sorted(
        company.rows("select csm_owner_id, account_id from marts.csm_worklist where is_for_today")
    )


def test_each_owner_is_sent_their_part_and_no_other(company, server):
    assert company.sync() == 0
    owners = company.owners()
    assert len(owners) > 1
    assert sorted(address for address, _ in server.mails) == [
        f"{owner}@example.com" for owner in owners
    ]
    for address, mail in server.mails:
        owner = address.removesuffix("@example.com")
        text = read_text(mail, "plain")
        assert text.startswith("Digest of 2026-06-30\n") and f"\n{owner}\n" in text
        assert mail["Subject"] == "Customer health: digest of 2026-06-30"
        for name, reason, loss, arr in company.rows(
            f"""
            select account_name, reason, expected_arr_loss_90d, arr from marts.csm_worklist
            where is_for_today and csm_owner_id = '{owner}'
            order by expected_arr_loss_90d desc nulls last, place limit 5
            """
        ):
            assert f"- {name}: {reason}. Expected loss {loss:,.0f} of ARR {arr:,.0f}." in text
        ((n,),) = company.rows(
            "select count(*) from marts.csm_worklist"
            f" where is_for_today and csm_owner_id = '{owner}'"
        )
        assert f"\nTo do on 2026-06-30: {n}" in text
        html = read_text(mail, "html")
        assert "<script" not in html and 'href="accounts' not in html
        for (other,) in company.rows(
            f"select account_name from marts.account_health where csm_owner_id <> '{owner}'"
        ):
            assert f"- {other}:" not in text and f">{other}<" not in html


def read_text(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def test_a_day_is_sent_once_however_its_figures_change(company, server, tmp_path):
    assert company.sync() == 0
    sent = len(server.mails)
    key = f"2026-06-30/{company.owners()[0]}"
    assert company.ledger[0] == (key, "acknowledged") and len(company.ledger) == sent
    own = tmp_path / "own.duckdb"
    shutil.copyfile(company.file, own)
    own.replace(company.file)
    with duckdb.connect(str(company.file)) as connection:
        connection.execute("update marts.fct_alerts set sentence = 'Invoices past due: 9'")
    assert company.sync() == 0
    assert len(server.mails) == sent
    with duckdb.connect(str(company.file)) as connection:
        connection.execute("update marts.publication set as_of_date = as_of_date + 1")
    assert company.sync() == 0
    assert len(server.mails) == 2 * sent


def test_a_wrong_password_is_said_and_nothing_is_marked_sent(company, server, monkeypatch, capsys):
    monkeypatch.setenv("SMTP_PASSWORD", "another-secret")
    assert company.sync() == 2
    said = capsys.readouterr().err
    assert said == (
        "localhost does not let us in: 535 5.7.8 Authentication failed."
        " Fix: check SMTP_USER and SMTP_PASSWORD.\n"
    )
    assert company.ledger == [] and server.mails == []
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    assert company.sync() == 0
    assert PASSWORD not in "".join(capsys.readouterr())


def test_a_mail_that_the_server_refuses_waits_for_a_request(company, server, capsys):
    first, second = (f"{owner}@example.com" for owner in company.owners())
    server.refused[first] = "550 no such mailbox"
    assert company.sync() == 1
    assert "550 no such mailbox" in capsys.readouterr().out
    assert company.sync() == 0
    assert "1 rejected before (RETRY=1" in capsys.readouterr().out
    server.refused.clear()
    assert company.sync("--retry") == 0
    assert [address for address, _ in server.mails] == [second, first]


def test_a_busy_server_gets_the_mail_in_the_next_run(company, server, capsys):
    server.refused = {f"{owner}@example.com": "451 busy" for owner in company.owners()}
    assert company.sync() == 1
    assert "does not take mail now (451 busy). Fix:" in capsys.readouterr().err
    server.refused.clear()
    assert company.sync() == 0
    assert len(server.mails) == len(company.owners())


def test_a_server_that_is_not_there_is_said(company, server, capsys):
    server.stop()
    assert company.sync() == 1
    assert "does not take mail now (ConnectionRefusedError). Fix:" in capsys.readouterr().err
    assert company.ledger == []


def test_a_dry_run_shows_mails_and_calls_nobody(company, server, monkeypatch, capsys):
    monkeypatch.delenv("SMTP_PASSWORD")
    assert company.sync("--dry-run") == 0
    said = capsys.readouterr().out
    owner = company.owners()[0]
    assert f'2026-06-30/{owner}: {{"to": "{owner}@example.com", "subject":' in said
    assert "rows would be sent" in said and server.commands == []
    assert company.sync() == 2
    assert "SMTP_PASSWORD is not set. Fix:" in capsys.readouterr().err


def test_addresses_come_from_a_pattern_one_address_or_a_file(tmp_path):
    def address(given: str, owner: str | None) -> str | None:
        return Addresses({"CUSTOMER_HEALTH_MAIL_TO": given}).of(owner)

    assert address("{owner}@example.com", "csm-1") == "csm-1@example.com"
    assert address("{owner}@example.com", None) is None
    assert address("{owner}@example.com", "a b\nBcc: x") is None
    assert address("team@example.com", "csm-1") == address("team@example.com", None)
    file = tmp_path / "addresses.csv"
    file.write_text("csm_owner_id,address\ncsm-1,ann@example.com\nnobody,lead@example.com\n")
    assert address(str(file), "csm-1") == "ann@example.com"
    assert address(str(file), None) == "lead@example.com"
    assert address(str(file), "csm-2") is None
    for content in ("owner,mail\ncsm-1,ann@example.com\n", "csm_owner_id,address\ncsm-1\n"):
        file.write_text(content)
        with pytest.raises(Refusal, match="Fix: write an address"):
            address(str(file), "csm-1")
    with pytest.raises(Refusal, match="neither an address nor a file"):
        address(str(tmp_path / "none.csv"), "csm-1")


def test_mail_goes_encrypted_to_a_server_that_can_be_trusted(
    company, monkeypatch, tmp_path, capsys
):
    if not (openssl := shutil.which("openssl")):
        pytest.skip("no openssl, which makes the server's certificate")
    certificate = tmp_path / "server.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost", "-keyout", certificate]
        + ["-out", tmp_path / "public.pem"],
        check=True,
        capture_output=True,
    )
    certificate.write_text(certificate.read_text() + (tmp_path / "public.pem").read_text())
    for server in serve(MailServer(certificate), monkeypatch):
        assert company.sync() == 2
        assert "localhost cannot be trusted" in capsys.readouterr().err and not company.ledger
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))
        assert company.sync() == 0
        assert len(server.mails) == len(company.owners())
        assert server.commands.index("STARTTLS") < server.commands.index("AUTH")


def test_no_password_goes_over_the_network_as_it_is(company, server, monkeypatch, capsys):
    monkeypatch.setenv("SMTP_HOST", "mail.example.com")
    assert company.sync() == 2
    assert "SMTP_SECURITY is 'none'. Fix: use one of starttls, tls" in capsys.readouterr().err
    monkeypatch.setenv("SMTP_HOST", "localhost")
    monkeypatch.setenv("SMTP_SECURITY", "starttls")
    assert company.sync() == 2
    assert "localhost cannot do what is asked" in capsys.readouterr().err
    assert "AUTH" not in server.commands
