"""All settings of an installation, read once from the environment. `docs/admin/settings.md` lists them."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hark.core.errors import ConfigError

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One value for the whole process. The environment name is `HARK_` + upper case, but for the first four."""

    database_url: str | None = None  # DATABASE_URL; unset: the embedded PostgreSQL
    database_direct_url: str | None = None  # DATABASE_DIRECT_URL, beside PgBouncer in transaction mode
    bus_url: str | None = None  # BUS_URL, a Redis that carries wake-ups and signals instead of NOTIFY
    port: Port = 8000  # PORT
    host: str = "127.0.0.1"
    web_processes: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    data: Path = Path("var")
    public_url: str | None = None
    secret_key: str | None = None
    secure_cookies: bool = False
    smtp_host: str = "127.0.0.1"
    smtp_port: Port = 2525  # 0 switches reception off
    lmtp_port: Port = 0
    mail_max_bytes: int = 26_214_400
    mail_auth: Literal["on", "off"] = "on"  # check what strangers' servers hand over: SPF, DKIM, DMARC, ARC
    mail_auth_server: str | None = None  # the name whose Authentication-Results are believed in fetched mails
    raw_keep_days: int = 90
    visits_keep_days: int = 90
    undo_seconds: int = 10
    private_hosts: bool = False  # may mail servers be on private addresses?
    embeddings: str | None = None  # a folder with a model2vec model, or the base address of an endpoint
    embeddings_model: str | None = None  # of the endpoint
    embeddings_key: str | None = None  # of the endpoint
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def direct_url(self) -> str | None:
        return self.database_direct_url or self.database_url

    @property
    def base_url(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def files_dir(self) -> Path:
        return self.data / "files"

    @property
    def spool_dir(self) -> Path:
        return self.data / "spool"

    @property
    def facts_dir(self) -> Path:
        return self.data / "facts"


_PLAIN = {
    "database_url": "DATABASE_URL",
    "database_direct_url": "DATABASE_DIRECT_URL",
    "bus_url": "BUS_URL",
    "port": "PORT",
}


def environment_name(field: str) -> str:
    """The environment variable of a setting."""
    return _PLAIN.get(field, f"HARK_{field.upper()}")


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises ConfigError naming the variable that cannot be understood."""
    environment = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(Settings):
        name = environment_name(field.name)
        if text := environment.get(name, ""):
            try:
                kind = Path if field.name == "data" else field.type
                values[field.name] = Path(text) if kind is Path else msgspec.convert(text, kind, strict=False)
            except msgspec.ValidationError as error:
                raise ConfigError(
                    f"{name}={text!r} cannot be understood: {error}. Correct it and start again."
                ) from error
    return Settings(**values)  # type: ignore[arg-type]
