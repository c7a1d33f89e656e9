"""Settings from the environment, as the twelve-factor method has it (https://12factor.net/config)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

#: The address that means "in this process": nothing outlives it, and nothing else is needed.
MEMORY = "memory:"


class Settings(BaseSettings):
    """What a service is told from outside; a field is the variable of its name in capitals."""

    model_config = SettingsConfigDict(frozen=True)

    #: Where the service listens, as HOST:PORT.
    listen_url: str = "0.0.0.0:8181"
    #: The database, as mongodb://HOST/DATABASE; there is no default, so that nobody keeps data in
    #: memory without having said so.
    mongo_url: str
    #: The broker, as amqp://USER:PASSWORD@HOST:PORT/.
    amqp_broker_url: str
    #: Seconds that the service goes on accepting after SIGTERM, while /readyz says no.
    drain_seconds: Annotated[float, Field(ge=0, le=300)] = 5
    #: Web origins whose pages may call the service, with commas between; * is all.
    cors_origins: Annotated[list[str], NoDecode] = ["*"]

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [origin.strip() for origin in value.split(",") if origin.strip()]
        return value

    @field_validator("listen_url")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004
            raise ValueError(f'"{value}" is not HOST:PORT, as 0.0.0.0:8181')
        return value

    @field_validator("mongo_url")
    @classmethod
    def _names_a_database(cls, value: str) -> str:
        scheme, _, rest = value.partition("://")
        if value != MEMORY and (
            scheme not in {"mongodb", "mongodb+srv"} or not rest.partition("/")[2].partition("?")[0]
        ):
            raise ValueError("a database is named as mongodb://HOST/DATABASE")
        return value

    @field_validator("amqp_broker_url")
    @classmethod
    def _is_a_broker(cls, value: str) -> str:
        if value != MEMORY and not value.startswith(("amqp://", "amqps://")):
            raise ValueError("a broker is named as amqp://USER:PASSWORD@HOST:PORT/")
        return value

    @property
    def address(self) -> tuple[str, int]:
        """The host and port to listen on."""
        host, _, port = self.listen_url.rpartition(":")
        return host.strip("[]"), int(port)
