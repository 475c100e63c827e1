"""Settings from the environment and `tomoshibi.toml`; the only place that reads either.

Secrets also come as NAME_FILE. All problems are listed at once, each with what was expected.
"""

import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from delivery.hooks.addresses import NOTHING
from delivery.providers.shares import FIRST, SECOND
from service import written
from service.cap_sources import CapSources
from service.private_networks import HooksPrivate

#: JMA's own host; telegrams from anywhere else are test telegrams
JMA_BASE_URL = "https://www.data.jma.go.jp"
TWILIO_BASE_URL = "https://api.twilio.com"
CONFIG_FILE = "tomoshibi.toml"
_PREFIX = "TOMOSHIBI_"
#: what stands where a setting names only some feeds, or only some targets
_SILENCE: dict[str, float | None] = {"eqvol": None, "extra": 1800, "regular": 3600, "other": None}
_TARGETS: dict[str, float] = {"L5": 600, "L4": 900, "L3": 1800, "tsunami": 300, "earthquake": 900}


class SettingsError(Exception):
    """Settings that cannot be used; `problems` has one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """Every setting of the service, checked; names and meaning stand in docs/reference/settings.md."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    database: written.DatabaseAddress = "data/tomoshibi.db"
    jma_base_url: written.Address = JMA_BASE_URL
    poll_seconds: float = Field(default=20, gt=0)
    transport: Literal["simulated", "twilio"] = "simulated"
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_messaging_service_sid: str = ""
    twilio_from: str = ""
    twilio_base_url: written.Address = TWILIO_BASE_URL
    twilio_list_seconds: float = Field(default=30, ge=0)
    second_twilio_account_sid: str = ""
    second_twilio_auth_token: SecretStr = SecretStr("")
    second_twilio_messaging_service_sid: str = ""
    second_twilio_from: str = ""
    second_twilio_base_url: written.Address = TWILIO_BASE_URL
    second_send_rate: float = Field(default=100, gt=0)
    second_share: int = Field(default=50, ge=0, le=100)
    senders: written.Senders = Field(default_factory=dict)
    send_rate: float = Field(default=100, gt=0)
    segment_price: float = Field(default=0, ge=0)
    send_connections: int = Field(default=200, gt=0)
    two_way: bool = False
    drill_sender: written.Sender = ""
    probe_minutes: float = Field(default=0, ge=0)
    probe_number: written.Number = ""
    operator_numbers: written.Numbers = Field(default_factory=list)
    silence_seconds: written.Silence = Field(default_factory=dict)
    blind_seconds: float = Field(default=180, gt=0)
    arrival_targets: written.Targets = Field(default_factory=dict)
    allow_test_feed: bool = False
    http_host: written.Host = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    public_url: written.PublicAddress = ""
    links: bool = True
    codes_per_hour: int = Field(default=2000, gt=0)
    trust_forwarded_for: bool = False
    translation_models: str = Field(default="data/translation", min_length=1)
    lessons_per_month: int = Field(default=8, ge=1, le=31)
    lessons_alone: int = Field(default=500, ge=0)
    keep_days: float = Field(default=180, ge=7)
    cap_sources: CapSources = ()
    hooks_private: HooksPrivate = NOTHING
    secret_key: written.SecretKey = SecretStr("")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` found: by itself pydantic would take DATABASE or SECRET_KEY of anybody's shell."""
        return (init_settings,)

    @property
    def sends_for_real(self) -> bool:
        """Whether an SMS can leave this machine."""
        return self.transport != "simulated"

    @property
    def models_folder(self) -> Path:
        """Where translation models are."""
        return Path(self.translation_models)

    def silence(self) -> dict[str, timedelta | None]:
        """Allowed age of each feed's content; None for feeds that may be silent for ever."""
        seconds = _SILENCE | self.silence_seconds
        return {name: None if value is None else timedelta(seconds=value) for name, value in seconds.items()}

    def targets(self) -> dict[str, timedelta]:
        """Time to the last person by grade or hazard, for the choice of form."""
        return {name: timedelta(seconds=value) for name, value in (_TARGETS | self.arrival_targets).items()}

    def first_rate(self) -> float:
        """Segments per second of the first provider's senders together."""
        return sum(self.senders.values()) or self.send_rate

    def rate(self) -> float:
        """Segments per second of all together: with two providers as much as their usual shares let through."""
        shares = self.usual_shares()
        rates = {FIRST: self.first_rate(), SECOND: self.second_send_rate}
        return min(rates[name] * 100 / share for name, share in shares.items() if share)

    @property
    def has_second(self) -> bool:
        """Whether there is a second provider."""
        return bool(self.second_twilio_account_sid)

    def usual_shares(self) -> dict[str, int]:
        """Points of a hundred of the texts, by provider, where none is in trouble."""
        return {FIRST: 100 - self.second_share, SECOND: self.second_share} if self.has_second else {FIRST: 100}

    @property
    def second_sender(self) -> str:
        """Whom texts by the second provider come from."""
        return self.second_twilio_messaging_service_sid or self.second_twilio_from

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        """What no single setting shows; design, rule 13, among it."""
        wrong = self._missing_of_twilio() if self.transport == "twilio" else []
        wrong += self._wrong_of_second()
        if self.transport == "twilio" and not wrong:
            wrong = self._mixed("TWILIO_BASE_URL", self.twilio_base_url)
            if self.has_second and not wrong:
                wrong = self._mixed("SECOND_TWILIO_BASE_URL", self.second_twilio_base_url)
        if self.drill_sender in self._senders_of_warnings() | {self.second_sender} - {""}:
            wrong.append(f"{_PREFIX}DRILL_SENDER: also sends warnings; drills need a sender of their own")
        if self.probe_minutes and not self.probe_number:
            wrong.append(f"{_PREFIX}PROBE_NUMBER: missing; {_PREFIX}PROBE_MINUTES needs a test number")
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def _missing_of_twilio(self) -> list[str]:
        """What the account cannot be used without."""
        wrong = []
        if not self.twilio_account_sid.isalnum():
            wrong.append(f"{_PREFIX}TWILIO_ACCOUNT_SID: expected the account's id (AC…), from the provider's console")
        if not self.twilio_auth_token.get_secret_value():
            wrong.append(f"{_PREFIX}TWILIO_AUTH_TOKEN: missing; from the provider's console")
        if not (self.twilio_messaging_service_sid or self.twilio_from or self.senders):
            wrong.append(
                f"{_PREFIX}TWILIO_MESSAGING_SERVICE_SID: missing; set it, or {_PREFIX}TWILIO_FROM, or {_PREFIX}SENDERS"
            )
        return wrong

    def _senders_of_warnings(self) -> set[str]:
        """Those of the first provider."""
        return {*self.senders, self.twilio_from, self.twilio_messaging_service_sid} - {""}

    def _wrong_of_second(self) -> list[str]:
        """What the second account cannot be used with."""
        start = f"{_PREFIX}SECOND_TWILIO_"
        if not self.has_second:
            others = self.second_twilio_auth_token.get_secret_value() or self.second_sender
            return [f"{start}ACCOUNT_SID: missing; the other settings of the second account are there"] * bool(others)
        wrong = []
        if self.transport != "twilio":
            wrong.append(f"{start}ACCOUNT_SID: a second account stands beside a first: {_PREFIX}TRANSPORT=twilio")
        if not self.second_twilio_account_sid.isalnum():
            wrong.append(f"{start}ACCOUNT_SID: expected the account's id (AC…), from the provider's console")
        if self.second_twilio_account_sid == self.twilio_account_sid:
            wrong.append(f"{start}ACCOUNT_SID: the same account as the first; expected another one")
        if not self.second_twilio_auth_token.get_secret_value():
            wrong.append(f"{start}AUTH_TOKEN: missing; from the provider's console")
        if not self.second_sender:
            wrong.append(f"{start}MESSAGING_SERVICE_SID: missing; set it, or {start}FROM")
        if self.second_sender and self.second_sender in self._senders_of_warnings():
            wrong.append(f"{start}MESSAGING_SERVICE_SID: also a sender of the first account; expected its own")
        return wrong

    def _mixed(self, name: str, address: str) -> list[str]:
        """Judged by host, so that no other spelling of a real address passes for a test one."""
        feed_host, provider = urlsplit(self.jma_base_url).hostname or "", urlsplit(address)
        real_feed = self.jma_base_url.rstrip("/") == JMA_BASE_URL
        real_provider = _is_of(provider.hostname or "", "twilio.com")
        if real_provider is not real_feed or real_feed is not _is_of(feed_host, "jma.go.jp"):
            return [
                "telegrams from JMA go with the real provider only, test telegrams with a test provider only: "
                f"{_PREFIX}JMA_BASE_URL is {self.jma_base_url}, {_PREFIX}{name} is {address}"
            ]
        if real_provider and provider.scheme != "https":
            return [f"{_PREFIX}{name}: expected https, or the token would travel in clear"]
        tests = [source.name for source in self.cap_sources if source.url.startswith("http:")]
        if real_provider and tests:
            return [
                f"{_PREFIX}CAP_SOURCES: {', '.join(tests)}: expected https; test sources go with a test provider only"
            ]
        if not real_feed and not self.allow_test_feed:
            return [f"{_PREFIX}JMA_BASE_URL is not JMA's: set {_PREFIX}ALLOW_TEST_FEED=true if this is a test"]
        return []


def _is_of(host: str, domain: str) -> bool:
    host = host.lower().rstrip(".")
    return host == domain or host.endswith(f".{domain}")


def load(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Settings of this process: the environment over `tomoshibi.toml`. SettingsError lists all problems."""
    environment = os.environ if environment is None else environment
    problems: list[str] = []
    values = _from_file((folder or Path.cwd()) / CONFIG_FILE, problems)
    values |= _from_environment(environment, problems)
    settings = _checked(values, problems)
    if settings is None or problems:
        raise SettingsError(problems)
    return settings


def _checked(values: Mapping[str, Any], problems: list[str]) -> Settings | None:
    """The settings, or None and all problems: those of single settings, and of what is good of them together."""
    try:
        return Settings(**values)
    except ValidationError as refused:
        errors = refused.errors()
    problems.extend(line for error in errors for line in _lines(error))
    wrong = {str(error["loc"][0]) for error in errors if error["loc"]}
    if wrong:
        _checked({name: value for name, value in values.items() if name not in wrong}, problems)
    return None


def _from_file(path: Path, problems: list[str]) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        problems.append(f"{path.name}: not readable as TOML: {wrong}")
        return {}
    return _opened(
        {name: (name.lower().removeprefix(_PREFIX.lower()), value) for name, value in rows.items()}, problems
    )


def _from_environment(environment: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    ours = (name for name in environment if name.startswith(_PREFIX) and name not in _NOT_SETTINGS)
    return _opened({name: (name.removeprefix(_PREFIX).lower(), environment[name]) for name in ours}, problems)


def _opened(given: Mapping[str, tuple[str, Any]], problems: list[str]) -> dict[str, Any]:
    """Setting -> value, out of name as written -> (setting, value); NAME_FILE is read from that file."""
    values = {key: value for key, value in given.values() if not _names_file(key)}
    for name, (key, path) in given.items():
        if not _names_file(key):
            continue
        setting = key.removesuffix("_file")
        if setting in values:
            problems.append(f"{name}: given twice, here and as {_PREFIX}{setting.upper()}")
            continue
        try:
            values[setting] = Path(str(path)).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as wrong:
            problems.append(f"{name}: {path!r} cannot be read: {getattr(wrong, 'strerror', None) or 'not text'}")
            continue
        if not values[setting]:  # an empty key would be taken for none, and a new one be made
            problems.append(f"{name}: {path!r} is empty")
    return values


def _names_file(key: str) -> bool:
    return key.endswith("_file") and key.removesuffix("_file") in Settings.model_fields


#: names of ours in the environment that the tests use
_NOT_SETTINGS = frozenset({"TOMOSHIBI_JMA_SAMPLES", "TOMOSHIBI_FULL_TESTS"})


def _lines(error: Any) -> list[str]:
    """What is wrong, a line each. Values are not repeated: they may be secrets."""
    name, *inside = (str(part) for part in error["loc"] or ("",))
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return [f"{_PREFIX}{name.upper()}: no such setting"]
    if error["type"] == "bool_parsing":
        message = "expected true or false"
    message = message.replace("Input should be", "expected").partition(", unable to")[0]
    where = ": ".join([f"{_PREFIX}{name.upper()}", *inside])
    return [f"{where}: {line}" if name else line for line in message.split("\n")]
