"""Twilio's requests to us: whether one is really Twilio's, and what a status callback says.

Inbound texts have the same signature: `Signature.is_of` serves both.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from multidict import MultiMapping
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from delivery.inbound import Inbound
from delivery.transport import Receipt
from delivery.twilio import taxonomy

#: an id is 34 characters; whatever is much longer is none
_LONGEST_ID = 64
_LARGEST = 2**63 - 1


class Signature:
    """Checks the signature of requests to one public address."""

    def __init__(self, *, token: str, public_url: str) -> None:
        """`public_url` as the provider sees us: behind a proxy our own idea of scheme, host and port is wrong."""
        self._validator = RequestValidator(token) if token and public_url else None
        self._public_url = public_url.rstrip("/")

    def is_of(self, target: str, form: MultiMapping[str], headers: Mapping[str, str]) -> bool:
        """Whether the request for `target`, path and query as they came, was signed with our token."""
        given = headers.get(SIGNATURE_HEADER, "")
        if self._validator is None or not given:
            return False
        algorithm = get_signature_algorithm(headers.get(SIGNATURE_SETTINGS_HEADER, ""))
        try:
            return bool(self._validator.validate(f"{self._public_url}{target}", form, given, algorithm))
        except ValueError:  # an address or a form that cannot be: surely nobody signed it
            return False


class Signatures:
    """The same for several accounts, of which one has signed."""

    def __init__(self, each: Sequence[Signature]) -> None:
        self._each = tuple(each)

    def is_of(self, target: str, form: MultiMapping[str], headers: Mapping[str, str]) -> bool:
        """See `Signature`."""
        return any(one.is_of(target, form, headers) for one in self._each)


def receipt(form: Mapping[str, str], query: Mapping[str, str], now: datetime) -> Receipt | None:
    """What a signed status callback says; None for one that says nothing of an outgoing text."""
    provider_id = form.get("MessageSid") or form.get("SmsSid") or ""
    status = taxonomy.of_status(form.get("MessageStatus") or form.get("SmsStatus") or "")
    if status is None or not 0 < len(provider_id) <= _LONGEST_ID:
        return None
    return Receipt(
        provider_id=provider_id,
        status=status,
        received_at=now,
        error_code=form.get("ErrorCode", "")[:_LONGEST_ID] or None,
        message_id=_number(query.get("message")),
        attempt=_number(query.get("attempt")),
    )


def inbound(form: Mapping[str, str], now: datetime) -> Inbound | None:
    """A text that somebody has sent us; None for a form that is none."""
    provider_id = form.get("MessageSid") or form.get("SmsSid") or ""
    if not 0 < len(provider_id) <= _LONGEST_ID or not provider_id.isalnum() or not form.get("From"):
        return None
    return Inbound(
        provider_id=provider_id,
        sender=form["From"][:_LONGEST_ID],
        body=form.get("Body", ""),
        answered_by_provider=taxonomy.answers_itself(form.get("OptOutType", ""), form.get("Body", "")),
        opted_out=form.get("OptOutType", "").upper() == "STOP",
        received_at=now,
        to=tuple(form[name][:_LONGEST_ID] for name in ("To", "MessagingServiceSid") if form.get(name)),
    )


def _number(text: str | None) -> int | None:
    """A whole number; ids of drills are negative."""
    digits = (text or "").removeprefix("-")
    if text is None or not digits.isascii() or not digits.isdigit() or len(digits) > 19:
        return None
    return number if abs(number := int(text)) <= _LARGEST else None
