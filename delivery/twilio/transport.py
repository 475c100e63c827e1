"""The transport to Twilio: one POST per text, its answer in our taxonomy, and the look-up of what stayed unknown."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

import aiohttp

from delivery import carriers
from delivery.carriers import Advice
from delivery.states import MessageState
from delivery.transport import Accepted, CannotTell, Found, Lookup, NotThere, Outcome, OutgoingText, Retryable, Unknown
from delivery.twilio import taxonomy
from delivery.twilio.account import Account, Created, Listed, Refused, Unreadable
from delivery.twilio.slim_http import TIMEOUT, SlimHttpClient

STATUS_PATH = "/webhooks/twilio/status"
#: seconds, both ends included
_VALIDITY = (1, 36_000)
#: what a carrier says of a phone is no fault of ours
_CARRIERS = frozenset({Advice.TRY_AGAIN, Advice.COUNT})
#: the provider's clock may be behind ours, and its times have no fractions
_CLOCKS_APART = timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """What the account needs. `sender` is a Messaging Service (MG…), a number, or a name of letters."""

    account_sid: str
    auth_token: str
    sender: str
    base_url: str
    #: '' for no status callbacks
    public_url: str = ""
    connections: int = 200


class TwilioTransport:
    """See `Transport`. Needs a running loop; `close` it."""

    def __init__(
        self,
        settings: TwilioSettings,
        clock: Callable[[], datetime],
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._account = Account(
            sid=settings.account_sid,
            token=settings.auth_token,
            base_url=settings.base_url,
            http=SlimHttpClient(settings.connections, timeout),
        )

    async def send(self, text: OutgoingText) -> Outcome:
        """See `Transport`."""
        try:
            answer = await self._account.create(self._form(text))
        except (aiohttp.ClientError, OSError) as error:
            return taxonomy.of_failure(error)
        if isinstance(answer, Refused):
            return taxonomy.of_error(answer.status, answer.code, answer.headers, self._clock(), text.sender)
        return self._taken(answer, text.sender)

    async def find(self, number: str, text: str, since: datetime, known: Collection[str] = ()) -> Lookup:
        """See `Transport`."""
        try:
            async for one in self._account.messages_to(number):
                if one.sid not in known and _is_it(one, number, text, since):
                    return Found(provider_id=one.sid)
                if one.created is not None and one.created < since - timedelta(days=1):
                    break  # newest first
        except (Unreadable, aiohttp.ClientError, OSError):
            return CannotTell()
        return NotThere()

    async def reach(self) -> str:
        """Why the provider cannot be used now; '' if it answers. Sends nothing."""
        return await self._account.reach()

    async def close(self) -> None:
        """Give the connections back."""
        await self._account.close()

    def _form(self, text: OutgoingText) -> str:
        """The message as a form, encoded."""
        low, high = _VALIDITY
        shared = _shared(text.sender or self._settings.sender, text.text, min(high, max(low, text.validity_seconds)))
        form = f"To={quote_plus(text.number)}&{shared}"
        if not self._settings.public_url:
            return form
        callback = status_callback(self._settings.public_url, text.message_id, text.attempt)
        return f"{form}&StatusCallback={quote_plus(callback)}"

    def _taken(self, answer: Created, sender: str) -> Outcome:
        if not answer.sid:
            return Unknown(code="unreadable answer")
        if taxonomy.of_status(answer.status) is MessageState.FAILED:  # created and given up in one breath
            if answer.code is None:
                return Retryable(code="failed")
            if carriers.advice(str(answer.code)) in _CARRIERS:
                return Retryable(code=str(answer.code), after=carriers.PAUSE.total_seconds())
            return taxonomy.of_error(400, answer.code, {}, self._clock(), sender)
        return Accepted(provider_id=answer.sid)


@lru_cache(maxsize=4096)
def _shared(sender: str, text: str, validity: int) -> str:
    """What a text has in common with those to other people; encoding it is dearer than it looks."""
    name = "MessagingServiceSid" if sender.startswith("MG") else "From"
    return urlencode({name: sender, "Body": text, "ValidityPeriod": validity})


def status_callback(public_url: str, message_id: int, attempt: int) -> str:
    """Where the provider reports on one attempt; its signature covers the whole address."""
    return f"{public_url.rstrip('/')}{STATUS_PATH}?message={message_id}&attempt={attempt}"


def _is_it(one: Listed, number: str, text: str, since: datetime) -> bool:
    """The same words to the same number, not made before. A trial account puts a sentence before each text."""
    if one.to != number or (one.created is not None and one.created < since - _CLOCKS_APART):
        return False
    body, wanted = one.body.strip(), text.strip()
    return body == wanted or body.endswith(f" - {wanted}")
