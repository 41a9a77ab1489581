"""Slack: a message for each alert, to an incoming webhook."""

from collections.abc import Mapping

from customer_health.publication import Refusal
from customer_health.sync.destination import Answer, Caller, address, host_of, said
from customer_health.sync.ledger import Ledger
from customer_health.sync.outbox import Row

TEXT = "text"


class Slack:
    """The channel of a webhook."""

    name = "slack"
    rows_at_once = 1  # a message cannot be written over, so that a killed run repeats one at most

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Find the webhook, whose address is the secret."""
        self.url = address(environment, "SLACK_WEBHOOK_URL")
        self.caller = Caller()

    def place(self) -> str:
        """Name Slack: the channel is in the secret."""
        return f"{self.name} {host_of(self.url)}"

    def sign_in(self, ledger: Ledger) -> None:
        """Do nothing: the address is all that Slack asks for."""

    def send(self, rows: list[Row], ledger: Ledger) -> Answer:
        """Post messages."""
        answer = Answer()
        for row in rows:
            text = row.record[TEXT] or ""
            for character, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
                text = text.replace(character, written)
            response = self.caller.call("POST", self.url, json={"text": text})
            if response.ok:
                answer.acknowledged.append(row.key)
            elif response.status_code == 400:
                answer.rejected[row.key] = said(response)
            else:
                raise Refusal(
                    f"Slack does not let us in: {said(response)}. Fix: check SLACK_WEBHOOK_URL, and"
                    " that its app and channel still exist."
                )
        return answer
