"""One Twilio account through the library's client: create a message, list a number's messages, ask whether it is there.

Answers and errors come out as values of our own; both error formats of the library are read here.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

import aiohttp
from twilio.base.exceptions import TwilioServiceException
from twilio.base.version import Version
from twilio.http.response import Response
from twilio.rest import Client

from delivery.twilio.slim_http import SlimHttpClient

_PAGE = 100
#: pages of one number's messages that are read at most
_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The provider's answer to a new message. `sid` is empty where the answer could not be read."""

    sid: str
    status: str
    code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An error answer, in either format."""

    status: int
    #: Twilio's own code, where there is one
    code: int | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One message of the list."""

    sid: str
    to: str
    body: str
    #: None where the list does not say
    created: datetime | None


class Unreadable(Exception):
    """The list did not come, could not be read, or did not end."""


class Account:
    """Needs a running loop; `close` it."""

    def __init__(self, *, sid: str, token: str, base_url: str, http: SlimHttpClient) -> None:
        # A mapping that is not empty: else the library would read the environment, which may redirect us.
        self._client = Client(sid, token, account_sid=sid, http_client=http, environment={"TWILIO": ""})
        self._http = http
        self._base_url = f"{base_url.rstrip('/')}/"
        self._messages_url = f"{self._base_url}2010-04-01/Accounts/{sid}/Messages.json"

    async def create(self, form: str) -> Created | Refused:
        """POST one message, once; `form` is encoded. aiohttp's errors pass.

        By the client's own request: the resource classes above it cost as much again, for fields nobody reads.
        """
        response = await self._client.request_async("POST", self._messages_url, data=form)
        if not 200 <= response.status_code < 300:
            return _refused("POST", self._messages_url, response)
        return _created(response.text)

    async def messages_to(self, number: str) -> AsyncIterator[Listed]:
        """What the account's list holds for a number, newest first. Unreadable, and aiohttp's errors pass.

        The library's pages would lose the zone of a date, and fail at a field they do not know.
        """
        url, query = self._messages_url, {"To": number, "PageSize": str(_PAGE)}
        for _ in range(_PAGES):
            page = await self._page(url, query)
            for row in page["messages"]:
                yield _listed(row)
            following = page.get("next_page_uri")
            if not following:
                return
            url, query = urljoin(self._base_url, str(following)), {}
            if not url.startswith(self._base_url):
                raise Unreadable("the list goes on at another address")
        raise Unreadable(f"more than {_PAGES * _PAGE} messages to one number")

    async def reach(self) -> str:
        """Why the account cannot be used now; '' if it answers. Sends nothing."""
        try:
            await self._page(self._messages_url, {"PageSize": "1"})
        except Unreadable as error:
            return str(error)
        except (aiohttp.ClientError, OSError) as error:
            return f"no answer ({type(error).__name__})"
        return ""

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.close()

    async def _page(self, url: str, query: Mapping[str, str]) -> dict[str, Any]:
        response = await self._client.request_async("GET", url, params=dict(query) or None)
        if response.status_code != 200:
            refused = _refused("GET", url, response)
            raise Unreadable(f"it answers {refused.status}" + (f", code {refused.code}" if refused.code else ""))
        try:
            page = json.loads(response.text)
            if isinstance(page["messages"], list):
                return dict(page)
        except (ValueError, TypeError, KeyError):
            pass
        raise Unreadable("it answers with something that is no list of messages")


def _created(text: str) -> Created:
    try:
        answer = json.loads(text)
        sid, status, code = answer.get("sid"), answer.get("status"), answer.get("error_code")
    except (ValueError, AttributeError):
        return Created(sid="", status="", code=None)
    return Created(sid=sid if isinstance(sid, str) else "", status=str(status or ""), code=_code(code))


def _refused(method: str, url: str, response: Response) -> Refused:
    error = Version.exception(method, url, response, "refused")
    code = _code(error.code)
    if not isinstance(error, TwilioServiceException) and code == response.status_code:
        code = None  # the library puts the HTTP status where an answer has no code
    return Refused(status=response.status_code, code=code, headers=response.headers)


def _code(value: object) -> int | None:
    try:
        return int(str(value)) if value is not None else None
    except ValueError:
        return None


def _listed(row: Any) -> Listed:
    try:
        return Listed(
            sid=str(row["sid"]), to=str(row["to"]), body=str(row["body"] or ""), created=_time(row.get("date_created"))
        )
    except (KeyError, TypeError, AttributeError):
        raise Unreadable("an entry of its list has no sid, to or body") from None


def _time(value: object) -> datetime | None:
    """RFC 2822 in GMT; ISO 8601 does as well."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(str(value))
        except (ValueError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
