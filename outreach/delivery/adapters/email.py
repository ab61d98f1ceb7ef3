"""A digest by e-mail. Every try has the same Message-ID, by which mail systems drop repeats."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import urlsplit

from outreach.delivery.adapters.base import Adapter
from outreach.delivery.adapters.digest import lines_of, repeat_notice, title_of
from outreach.delivery.http import LOOPBACK, Pace
from outreach.delivery.messages import Closed, Later, Message, Refused, Undelivered, Unsure
from outreach.delivery.targets import EmailTarget
from warehouse.clock import wall_now
from warehouse.credentials import Credentials


class Email(Adapter):
    """The connection: smtp://login:secret@host:587 (STARTTLS, demanded beyond loopback) or
    smtps://…:465."""

    def __init__(self, target: EmailTarget, credentials: Credentials, pace: Pace) -> None:
        self._target, self._credentials, self._pace = target, credentials, pace

    def send(self, message: Message) -> str:
        letter = self._letter(message)
        self._pace.wait()
        server = self._open()
        try:
            refused = server.send_message(letter)
        except smtplib.SMTPException as error:
            raise _failure(error) from None
        except OSError as error:
            raise Unsure(f"the mail server's answer broke off ({type(error).__name__})") from None
        finally:
            server.close()
        taken = len(self._target.to) - len(refused)
        return f"{letter['Message-ID']} ({taken} of {len(self._target.to)} recipients)"

    def _letter(self, message: Message) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = self._target.sender
        letter["To"] = ", ".join(self._target.to)
        letter["Subject"] = title_of(self._target, message)
        letter["Date"] = wall_now()
        letter["Message-ID"] = f"<{message.key}@{self._target.sender.partition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        text = [*repeat_notice(message), *lines_of(self._target, message)]
        letter.set_content("\n".join(text) + "\n")
        return letter

    def _open(self) -> smtplib.SMTP:
        parts = urlsplit(self._credentials.base_url)
        host, timeout = parts.hostname or "", self._target.timeout_seconds
        context = ssl.create_default_context()
        try:
            server: smtplib.SMTP
            if parts.scheme == "smtps":
                server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=timeout, context=context)
            else:
                server = smtplib.SMTP(host, parts.port or 587, timeout=timeout)
                if host not in LOOPBACK:
                    server.starttls(context=context)
            if self._credentials.login:
                server.login(self._credentials.login, self._credentials.password)
        except smtplib.SMTPAuthenticationError:
            raise Closed("the mail server refused login and password") from None
        except (smtplib.SMTPException, OSError) as error:
            raise Closed(f"cannot reach the mail server {host} ({type(error).__name__})") from None
        return server


def _failure(error: smtplib.SMTPException) -> Undelivered:
    """4xx means later, 5xx never; a lost connection may have been after the server took it."""
    codes: list[int] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        codes = [error.smtp_code]
    if not codes:
        return Unsure(f"the mail server's answer broke off ({type(error).__name__})")
    said = f"the mail server says {', '.join(map(str, sorted(set(codes))))}"
    return Refused(said) if min(codes) >= 500 else Later(said)
