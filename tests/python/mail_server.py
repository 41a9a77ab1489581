"""A local server that speaks SMTP, as far as a client that sends mail needs it."""

import socketserver
import ssl
from base64 import b64decode
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Thread

USER, PASSWORD = "health", "s3cr3t-that-nobody-may-see"


class MailServer:
    """One server on a free port; `mails` holds what arrived, each with the address it came for."""

    def __init__(self, certificate: Path | None = None) -> None:
        """Start listening; with a certificate (and its key), encryption comes before anything."""
        self.mails: list[tuple[str, EmailMessage]] = []
        self.refused: dict[str, str] = {}  # address and what the server says of it
        self.commands: list[str] = []
        self.context: ssl.SSLContext | None = None
        if certificate:
            self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.context.load_cert_chain(certificate)
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.talk(self)

        socketserver.ThreadingTCPServer.daemon_threads = True
        self.tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.tcp.serve_forever, args=(0.02,), daemon=True).start()

    def environment(self) -> dict[str, str]:
        """Give the variables that lead here."""
        return {
            "SMTP_HOST": "localhost",
            "SMTP_PORT": str(self.tcp.server_address[1]),
            "SMTP_USER": USER,
            "SMTP_PASSWORD": PASSWORD,
            "SMTP_FROM": "health@example.com",
            "SMTP_SECURITY": "starttls" if self.context else "none",
            "CUSTOMER_HEALTH_MAIL_TO": "{owner}@example.com",
        }

    def stop(self) -> None:
        """Stop listening."""
        self.tcp.shutdown()
        self.tcp.server_close()

    def talk(self, client: socketserver.StreamRequestHandler) -> None:
        """Answer one client's commands until it hangs up."""
        reader, writer = client.rfile, client.wfile
        is_safe, is_known, address = self.context is None, False, ""

        def say(text: str) -> None:
            writer.write(text.encode() + b"\r\n")
            writer.flush()

        say("220 ready")
        while line := reader.readline().decode().strip():
            command = line.split()[0].upper()
            self.commands.append(command)
            if command == "EHLO":
                say(f"250-localhost\r\n250 {'AUTH PLAIN' if is_safe else 'STARTTLS'}")
            elif command == "STARTTLS" and self.context:
                say("220 go on")
                safe = self.context.wrap_socket(client.connection, server_side=True)
                reader, writer = safe.makefile("rb"), safe.makefile("wb")
                is_safe = True
            elif command == "AUTH":
                given = b64decode(line.split()[2]).decode().split("\0")[1:]
                is_known = given == [USER, PASSWORD]
                say("235 welcome" if is_known else "535 5.7.8 Authentication failed")
            elif command == "RSET":
                say("250 ok")
            elif not is_known:
                say("530 5.7.0 Authentication required")
            elif command == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                say(self.refused.get(address, "250 ok"))
            elif command == "DATA":
                say("354 go on")
                lines = []
                while (content := reader.readline()) != b".\r\n":
                    lines.append(content.removeprefix(b"."))
                read = message_from_bytes(b"".join(lines), policy=policy.default)
                assert isinstance(read, EmailMessage)
                self.mails.append((address, read))
                say("250 taken")
            else:
                say("250 ok")
