"""People who register themselves over HTTP, and the phones that get their codes."""

import re
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestClient

from alerts import places
from delivery.joining.codes import Desk
from delivery.twoway.answering import Words
from subscribers.msisdn import Msisdn
from templates_i18n import catalogue
from tests.subscribers.builders import a_sealer
from web.joining.door import Joining

SEALER = a_sealer()
PAGES = "https://sms.example.jp"


def number(index: int = 1) -> str:
    """As a person writes it; nobody has it."""
    return f"090-000{index // 10_000:01d}-{index % 10_000:04d}"


def msisdn(index: int = 1) -> Msisdn:
    """The same in E.164."""
    return Msisdn(f"+81{number(index).replace('-', '')[1:]}")


def forms(index: int = 1) -> list[str]:
    """Every way in which the number could stand somewhere."""
    national = number(index).replace("-", "")
    return [number(index), national, national[1:], f"81{national[1:]}", f"+81{national[1:]}"]


def a_joining(**values: object) -> Joining:
    """Registering as a service offers it."""
    desk = Desk(
        sealer=SEALER,
        words=Words(catalogue=catalogue.load, places=places.load()),
        pages=PAGES,
        budget=int(str(values.pop("budget", 2000))),
    )
    return Joining(desk=desk, **values)  # type: ignore[arg-type]  # its fields


@dataclass
class Visitor:
    """A browser of somebody, without JavaScript."""

    client: TestClient[web.Request, web.Application]
    pages: list[str] = field(default_factory=list)

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """A page; redirects are followed."""
        answer = await self.client.get(path, headers=headers)
        text = await answer.text()
        self.pages.append(text)
        self.headers = answer.headers
        return answer.status, text

    async def post(self, path: str, form: dict[str, str], **headers: str) -> tuple[int, str]:
        """A form; redirects are followed."""
        answer = await self.client.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin", **headers})
        text = await answer.text()
        self.pages.append(text)
        self.headers = answer.headers
        self.url = answer.url
        return answer.status, text

    async def ask(self, index: int = 1, places: str = "17204", language: str = "en", **more: str) -> str:
        """Up to the page of the code; its ticket, or ''."""
        form = {"l": language, "p": places, "phone": number(index), **more}
        _, page = await self.post("/join", form)
        return ticket(page)

    async def enter(self, ticket: str, code: str, base: str = "/join", language: str = "en") -> tuple[int, str]:
        """The code."""
        return await self.post(f"{base}/code", {"l": language, "t": ticket, "code": code})


def ticket(page: str) -> str:
    """What the page of the code holds."""
    found = re.search(r'name="t" value="([^"]+)"', page)
    return found[1] if found else ""


def token(page: str) -> str:
    """What the forms of a session hold."""
    found = re.search(r'name="token" value="([^"]+)"', page)
    return found[1] if found else ""
