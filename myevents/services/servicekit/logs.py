"""Structured logs: one JSON object a line on standard output, for whoever collects them."""

from __future__ import annotations

import logging.config
from typing import Any

_PROBES = ("/healthz", "/readyz")


class NoProbes(logging.Filter):
    """Leave out the requests of health checks, which would be most of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a line of the access log is kept."""
        arguments = record.args
        path = arguments[2] if isinstance(arguments, tuple) and len(arguments) > 2 else ""  # noqa: PLR2004
        return str(path) not in _PROBES


def configure(service: str) -> dict[str, Any]:
    """Send all logs to standard output as JSON, and return the configuration for the server."""
    settings: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"no_probes": {"()": NoProbes}},
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "{asctime}{levelname}{name}{message}",
                "style": "{",
                "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
                "static_fields": {"service": service},
            }
        },
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
            }
        },
        "root": {"level": "INFO", "handlers": ["out"]},
        "loggers": {
            "uvicorn.access": {"filters": ["no_probes"]},
            "aio_pika": {"level": "ERROR"},  # what matters of the broker is logged here
            "aiormq": {"level": "ERROR"},
        },
    }
    logging.config.dictConfig(settings)
    return settings
