"""What the API takes and gives of residents. Numbers go in whole and come out masked."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from subscribers.cells import MAX_GROUP_LENGTH, MAX_GROUPS
from subscribers.languages import TAGS
from subscribers.registration import DEFAULT_MIN_LEVEL, MAX_FURTHER_PLACES

#: The document says the strict form; other usual writings are understood as in an import file.
_PHONE: dict[str, Any] = {"pattern": r"^\+81(?:[679]0[0-9]|80[1-9])[0-9]{7}$", "examples": ["+819000000001"]}
_LANGUAGE: dict[str, Any] = {"enum": list(TAGS)}
_PLACE: dict[str, Any] = {"pattern": "^[0-9]{5}$", "examples": ["17204"]}
_POSTAL: dict[str, Any] = {"pattern": "^[0-9]{7}$", "examples": ["9208577"]}
#: as `cells.groups` takes them: no separators, nothing that a spreadsheet takes for a formula
_GROUP = r"^[^\x00-\x20\x7f-\xa0=+\-@,;/|、，；｜／][^\x00-\x1f\x7f-\x9f,;/|、，；｜／]*$"

Phone = Annotated[str, Field(min_length=1, max_length=40, json_schema_extra=_PHONE)]
Language = Annotated[str, Field(min_length=1, max_length=60, json_schema_extra=_LANGUAGE)]
PlaceCode = Annotated[str, Field(min_length=1, max_length=80, json_schema_extra=_PLACE)]
PostalCode = Annotated[str, Field(min_length=1, max_length=20, json_schema_extra=_POSTAL)]
GroupName = Annotated[str, Field(max_length=MAX_GROUP_LENGTH, pattern=_GROUP)]
MinLevel = Literal["L2", "L3", "L4"]
#: below five only "<5": a language may hint at where somebody comes from. Beside it others come in steps: "20-49"
Told = int | Annotated[str, Field(pattern="^(<[0-9]+|[0-9]+-[0-9]+)$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ResidentIn(_Strict):
    """A person to register. One of `municipality` and `postal_code` says where they live."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["municipality"]}, {"required": ["postal_code"]}]}
    )

    phone: Phone
    language: Language
    municipality: PlaceCode = Field(default="")
    postal_code: PostalCode = Field(default="")
    places: list[PlaceCode] = Field(default=[], max_length=MAX_FURTHER_PLACES)
    groups: list[GroupName] = Field(default=[], max_length=MAX_GROUPS)
    lessons: bool = True
    min_level: MinLevel = DEFAULT_MIN_LEVEL
    #: the municipality declares that this person has agreed to be warned by SMS
    agreed: Literal[True]

    @model_validator(mode="after")
    def _lives_somewhere(self) -> "ResidentIn":
        if not self.municipality and not self.postal_code:
            raise ValueError("expected municipality or postal_code / municipality か postal_code が必要です")
        return self


class ResidentPatch(_Strict):
    """What changes; a field that is left out stays."""

    language: Language = Field(default="")
    municipality: PlaceCode = Field(default="")
    places: list[PlaceCode] = Field(default=[], max_length=MAX_FURTHER_PLACES)
    groups: list[GroupName] = Field(default=[], max_length=MAX_GROUPS)
    lessons: bool = True
    min_level: MinLevel = DEFAULT_MIN_LEVEL


class ResidentOut(BaseModel):
    """A registration of this municipality."""

    id: str
    #: masked: "+81•••••0001"
    phone: str
    language: str
    municipality: str
    places: list[str]
    groups: list[str]
    lessons: bool
    min_level: MinLevel
    created_at: datetime
    updated_at: datetime


class Accepted(BaseModel):
    """What a key of role supporter gets: the person is registered now, whether or not they were before."""

    #: masked
    phone: str


class ResidentPage(BaseModel):
    """Registrations in the order of their ids."""

    residents: list[ResidentOut]
    #: `after` of the next page; null on the last
    next: str | None


class PageQuery(BaseModel):
    """Which page."""

    limit: int = Field(default=50, ge=1, le=500)
    after: str | None = Field(default=None, pattern="^[0-9]{1,18}$")


class ImportQuery(BaseModel):
    """How a file is imported."""

    dry_run: Literal["true", "false"] = "false"
    #: the municipality declares that these people have agreed; a dry run needs none
    agreed: Literal["true", "false"] = "false"


class RefusedRow(BaseModel):
    """A row that was not taken."""

    row: int
    column: str
    reason: str


class ImportOut(BaseModel):
    """What an import did, or would do."""

    rows: int
    added: int
    changed: int
    unchanged: int
    refused: list[RefusedRow]
    file_refused: str | None


class Counts(BaseModel):
    """How many people."""

    residents: Told
    by_language: dict[str, Told]
