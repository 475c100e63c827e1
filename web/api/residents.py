"""Residents through the API: register, see, change, remove, import a file, count. A municipality sees its own only."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from aiohttp import web

from storage import audit
from storage.database import Connection, Database
from subscribers import cells, counting, disclosure, intake, listing, msisdn, sealing, single, store
from subscribers.importing import Reader
from subscribers.intake import Declaration, ImportResult
from subscribers.listing import Registered
from subscribers.msisdn import Msisdn
from subscribers.refusal import Refused
from subscribers.registration import Entry
from subscribers.sealing import Sealer
from web.accounts.roles import Permission
from web.api import endpoints, guard, uploads
from web.api.endpoints import Call, Endpoint
from web.api.errors import ApiError
from web.api.residents_models import (
    Accepted,
    Counts,
    ImportOut,
    ImportQuery,
    PageQuery,
    RefusedRow,
    ResidentIn,
    ResidentOut,
    ResidentPage,
    ResidentPatch,
)

T = TypeVar("T")
#: version of what a municipality declares with `agreed`; stands in docs/reference/api.md
WORDING = "api-2026-11"
_ID = {"id": {"type": "string", "pattern": "^[0-9]{1,18}$"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Residents:
    """The handlers, with what they need of the service."""

    db: Database
    sealer: Sealer
    #: what cells are read against, for a registering municipality
    reader: Callable[[str], Reader]
    clock: Callable[[], datetime]

    def endpoints(self) -> Sequence[Endpoint]:
        """All routes of residents."""
        return (*self._of_all(), *self._of_one())

    def _of_all(self) -> Sequence[Endpoint]:
        add, manage, count = Permission.ADD_RESIDENTS, Permission.MANAGE_RESIDENTS, Permission.SEE_COUNTS
        return (
            Endpoint(
                method="POST",
                route="/residents",
                summary="Register a person, or change what is registered; the same again changes nothing",
                permission=add,
                handler=self.create,
                body=ResidentIn,
                answers={200: ResidentOut, 201: ResidentOut, 202: Accepted},
                refusals=(409,),
            ),
            Endpoint(
                method="GET",
                route="/residents",
                summary="A page of the own registrations",
                permission=manage,
                handler=self.page,
                query=PageQuery,
                answers={200: ResidentPage},
            ),
            Endpoint(
                method="POST",
                route="/residents/import",
                summary="Register the people of a CSV or XLSX file",
                permission=add,
                handler=self.import_file,
                query=ImportQuery,
                files=uploads.FILES,
                answers={200: ImportOut},
                refusals=(409,),
            ),
            Endpoint(
                method="GET",
                route="/residents/counts",
                summary="How many people are registered, by language; a supporter's key counts its own group",
                permission=count,
                handler=self.counts,
                answers={200: Counts},
            ),
        )

    def _of_one(self) -> Sequence[Endpoint]:
        manage = Permission.MANAGE_RESIDENTS
        return (
            Endpoint(
                method="GET",
                route="/residents/{id}",
                summary="One registration",
                permission=manage,
                handler=self.show,
                path=_ID,
                answers={200: ResidentOut},
                refusals=(404,),
            ),
            Endpoint(
                method="PATCH",
                route="/residents/{id}",
                summary="Change a registration",
                permission=manage,
                handler=self.change,
                path=_ID,
                body=ResidentPatch,
                answers={200: ResidentOut},
                refusals=(404, 409),
            ),
            Endpoint(
                method="DELETE",
                route="/residents/{id}",
                summary="Remove the own registration; with the last one the person is forgotten",
                permission=manage,
                handler=self.remove,
                path=_ID,
                answers={204: None},
                refusals=(404,),
            ),
        )

    async def create(self, call: Call) -> web.Response:
        """201 for a new registration, 200 for one that was there."""
        assert isinstance(call.body, ResidentIn)
        here = guard.municipality(call.principal, Permission.ADD_RESIDENTS)
        entry = _entry(call.body, self.reader(here))
        group = call.principal.only_group(Permission.ADD_RESIDENTS, here)
        if group is not None:
            entry = entry._replace(groups=(group,), supported_group=group)
        added, found = await self.db.write(self._register, here, entry, call.principal.name)
        if group is not None:
            # Whoever looks after a group sees counts only: not whether others have registered a person.
            return endpoints.json(Accepted(phone=msisdn.mask(entry.number)), 202)
        headers = {"Location": f"/api/v1/residents/{found.id}"}
        return endpoints.json(self._out(found), 201 if added else 200, headers)

    async def page(self, call: Call) -> web.Response:
        """Own registrations by id."""
        assert isinstance(call.query, PageQuery)
        here = guard.municipality(call.principal, Permission.MANAGE_RESIDENTS)
        after, limit = int(call.query.after or 0), call.query.limit
        rows = await self.db.read(listing.page, here, after=after, limit=limit + 1)
        more = str(rows[limit - 1].id) if len(rows) > limit else None
        return endpoints.json(ResidentPage(residents=[self._out(row) for row in rows[:limit]], next=more))

    async def show(self, call: Call) -> web.Response:
        """One of the own registrations."""
        here = guard.municipality(call.principal, Permission.MANAGE_RESIDENTS)
        return endpoints.json(self._out(await self._found(call, here)))

    async def change(self, call: Call) -> web.Response:
        """Only what the body names changes."""
        assert isinstance(call.body, ResidentPatch)
        here = guard.municipality(call.principal, Permission.MANAGE_RESIDENTS)
        found = await self._found(call, here)
        entry = _patched(call.body, found, self._number(found), self.reader(here))
        _, after = await self.db.write(self._register, here, entry, call.principal.name)
        return endpoints.json(self._out(after))

    async def remove(self, call: Call) -> web.Response:
        """The own registration is gone, with everything that hangs on it."""
        here = guard.municipality(call.principal, Permission.MANAGE_RESIDENTS)
        found = await self._found(call, here)
        await self.db.write(self._erase, here, found, call.principal.name)
        return web.Response(status=204)

    async def counts(self, call: Call) -> web.Response:
        """Counts, small ones hidden; of their own group for whoever looks after one."""
        here = guard.municipality(call.principal, Permission.SEE_COUNTS)
        group = call.principal.only_group(Permission.SEE_COUNTS, here)
        residents, by_language = disclosure.told(await self.db.read(counting.seen, here, group))
        return endpoints.json(Counts(residents=residents, by_language=by_language))

    async def import_file(self, call: Call) -> web.Response:
        """The file of the body or of a form, row by row, as `residents import` does it."""
        assert isinstance(call.query, ImportQuery)
        here = guard.municipality(call.principal, Permission.ADD_RESIDENTS)
        dry_run, agreed = call.query.dry_run == "true", call.query.agreed == "true"
        if not dry_run and not agreed:
            why = "agreed=true declares that these people have agreed to be warned; a dry run needs no declaration"
            raise ApiError(409, "not_agreed", why)
        data = await uploads.read(call.request)
        group = call.principal.only_group(Permission.ADD_RESIDENTS, here)
        actor = call.principal.name
        result = await asyncio.to_thread(self._import, here, data, group, actor, dry_run=dry_run)
        document = result.to_json()
        rows = [RefusedRow.model_validate(row) for row in document["refused"]]
        return endpoints.json(ImportOut.model_validate({**document, "refused": rows}))

    # rows

    def _register(self, db: Connection, here: str, entry: Entry, actor: str) -> tuple[bool, Registered]:
        """Whether it is new, and the registration as it stands now."""
        declaration = Declaration(wording=WORDING, actor=actor)
        return single.register_one(db, here, entry, self.sealer, declaration, self.clock())

    def _erase(self, db: Connection, here: str, found: Registered, actor: str) -> None:
        if store.erase_registration(db, found.number_hash, here):
            subject = f"resident:{found.id}"
            audit.append(
                db, now=self.clock(), actor=actor, action="resident removed", subject=subject, municipality=here
            )

    def _import(self, here: str, data: bytes, group: str | None, actor: str, *, dry_run: bool) -> ImportResult:
        reader = replace(self.reader(here), only_group=group)
        if dry_run:
            return intake.dry_run(self.db, data, reader, self.sealer)
        declaration = Declaration(wording=WORDING, actor=actor)
        return intake.import_residents(self.db, data, reader, self.sealer, declaration=declaration, clock=self.clock)

    async def _found(self, call: Call, here: str) -> Registered:
        found = await self.db.read(listing.one, here, int(call.path["id"]))
        if found is None:
            raise ApiError(404, "not_found", "this municipality has no such registration")
        return found

    def _number(self, found: Registered) -> Msisdn:
        return self.sealer.open(found.number_sealed)

    def _out(self, found: Registered) -> ResidentOut:
        home, *further = found.registration.places
        return ResidentOut.model_validate(
            {
                "id": str(found.id),
                "phone": self._masked(found),
                "language": found.registration.language,
                "municipality": home,
                "places": further,
                "groups": list(found.registration.groups),
                "lessons": found.registration.lessons,
                "min_level": found.registration.min_level,
                "created_at": found.created_at,
                "updated_at": found.updated_at,
            }
        )

    def _masked(self, found: Registered) -> str:
        try:
            return msisdn.mask(self._number(found))
        except sealing.SealingError:
            return msisdn.mask("")


def _entry(body: ResidentIn, reader: Reader) -> Entry:
    return Entry(
        number=_read("phone", msisdn.parse(body.phone)),
        language=_read("language", reader.languages.read(body.language)),
        home=_home(body.municipality, body.postal_code, reader),
        further=tuple(_further(body.places, reader)),
        groups=_groups(body.groups),
        lessons=body.lessons,
        min_level=body.min_level,
    )


def _patched(body: ResidentPatch, found: Registered, number: Msisdn, reader: Reader) -> Entry:
    said, before = body.model_fields_set, found.registration
    return Entry(
        number=number,
        language=_read("language", reader.languages.read(body.language)) if "language" in said else before.language,
        home=_home(body.municipality, "", reader) if "municipality" in said else before.places[0],
        further=tuple(_further(body.places, reader)) if "places" in said else None,
        groups=_groups(body.groups) if "groups" in said else None,
        lessons=body.lessons if "lessons" in said else None,
        min_level=body.min_level if "min_level" in said else None,
    )


def _home(municipality: str, postal_code: str, reader: Reader) -> str:
    if municipality and postal_code:
        coded = reader.postal(postal_code)
        found = cells.place_within(reader.places, municipality, coded, near=reader.municipality)
        return _placed("municipality", municipality, found)
    if municipality:
        found = cells.place(reader.places, municipality, near=reader.municipality)
        return _placed("municipality", municipality, found)
    return _placed("postal_code", postal_code, cells.one_place(reader.places, postal_code, reader.postal(postal_code)))


def _further(places: Sequence[str], reader: Reader) -> Iterator[str]:
    for written in dict.fromkeys(places):
        yield _placed("places", written, cells.place(reader.places, written, near=reader.municipality))


def _groups(words: Sequence[str]) -> tuple[str, ...]:
    found = cells.groups(";".join(words))
    if isinstance(found, Refused):
        raise ApiError(409, "refused", "the groups were not taken", [("groups", found.both)])
    return found


def _placed(field: str, written: str, value: str | Refused) -> str:
    """A code of the right form that means no place, or several, is a matter of our tables, not of the form."""
    if isinstance(value, Refused) and written.isascii() and written.isdigit():
        raise ApiError(409, "no_such_place", "the place was not taken", [(field, value.both)])
    return _read(field, value)


def _read(field: str, value: T | Refused) -> T:
    if isinstance(value, Refused):
        raise ApiError(422, "invalid_request", f"{field} was not understood", [(field, value.both)])
    return value
