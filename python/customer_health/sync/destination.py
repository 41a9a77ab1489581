"""What all destinations have in common: how they are called, and how they can fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from customer_health.publication import Refusal
from customer_health.sync.ledger import Ledger
from customer_health.sync.outbox import Row

RETRIES = 6
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
TRIED_AGAIN = (408, 429, 500, 502, 503, 504)
TIMEOUT_SECONDS = (10, 120)


class Undelivered(Exception):
    """Something did not arrive, and another run may bring it there."""


@dataclass
class Answer:
    """What a destination said of rows; of those in neither, it said nothing."""

    acknowledged: list[str] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)


class Destination(Protocol):
    """Where rows are sent."""

    name: str
    rows_at_once: int

    def place(self) -> str:
        """Name the account and object that rows go to, without a secret."""

    def sign_in(self, ledger: Ledger) -> None:
        """Make ready to send, and end what a killed run left.

        Raises:
            Refusal: The destination does not let us in.
        """

    def send(self, rows: list[Row], ledger: Ledger) -> Answer:
        """Send rows and give what became of them.

        Raises:
            Undelivered: It is unknown what became of them.
            Refusal: No row can arrive as things are set.
        """


class Caller:
    """Calls one host; waits and tries again where that can help, as long as the host asks to."""

    def __init__(self, authorize: Callable[[requests.PreparedRequest], Any] | None = None) -> None:
        """Begin, with what puts the token on each request."""
        retry = Retry(
            total=RETRIES,
            backoff_factor=FIRST_WAIT_SECONDS,
            backoff_max=LONGEST_WAIT_SECONDS,
            status_forcelist=TRIED_AGAIN,
            allowed_methods=None,  # what is written by key may be written twice
            raise_on_status=False,
        )
        self.session = requests.Session()
        # also so that requests looks for no password of its own in ~/.netrc
        self.session.auth = authorize or (lambda request: request)
        self.session.mount("https://", HTTPAdapter(max_retries=retry))
        self.session.mount("http://", HTTPAdapter(max_retries=retry))

    def call(self, method: str, url: str, **options: Any) -> requests.Response:
        """Make a call and give the answer, whatever it is, unless trying again may help.

        Raises:
            Undelivered: The host cannot be reached, or goes on failing.
        """
        host = host_of(url)
        again = "run it again later; what has arrived is not sent again"
        try:
            response = self.session.request(
                method, url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **options
            )
        except requests.RequestException as problem:
            # the message of the problem may hold an address that is a secret
            raise Undelivered(
                f"{host}: cannot be reached ({type(problem).__name__}). Fix: check the address and"
                f" the network, and {again}."
            ) from None
        if response.status_code in TRIED_AGAIN:
            raise Undelivered(
                f"{host}: still answers {response.status_code} after {RETRIES} more attempts."
                f" Fix: {again}."
            )
        return response


def as_json(response: requests.Response) -> Any:
    """Read an answer.

    Raises:
        Undelivered: It is no JSON, as of a proxy or of a page that says sorry.
    """
    try:
        return response.json()
    except ValueError:
        raise Undelivered(
            f"{host_of(response.url)}: answers something else than the API ({said(response)})."
            " Fix: check the address, and run it again."
        ) from None


def was_tried_again(response: requests.Response) -> bool:
    """Whether an answer is to a second attempt, so that the first may have done the work."""
    retries = response.raw.retries
    return bool(retries and retries.history)


def setting(environment: Mapping[str, str], name: str, default: str = "") -> str:
    """Give what a variable of the environment says.

    Raises:
        Refusal: It is not set.
    """
    value = environment.get(name, "").strip() or default
    if not value:
        raise Refusal(f"{name} is not set. Fix: set it in the environment, not in a file of git.")
    return value


def address(environment: Mapping[str, str], name: str, default: str = "") -> str:
    """Give the address that a variable says, which secrets are sent to.

    Raises:
        Refusal: It is not set, or anybody on the way could read what is sent.
    """
    url = setting(environment, name, default).rstrip("/")
    parts = urlsplit(url)
    is_here = parts.hostname in ("localhost", "127.0.0.1")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise Refusal(f"{name} is no https address. Fix: write it as https://...")
    return url


def host_of(url: str) -> str:
    """Give the host of an address, without what may be secret in it."""
    return urlsplit(url).netloc.rpartition("@")[2]


def said(response: requests.Response) -> str:
    """Give what an answer says, short enough for a message."""
    return f"{response.status_code} {' '.join(response.text.split())[:300]}".strip()
