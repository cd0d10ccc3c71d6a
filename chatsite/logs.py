"""Two formats of log lines, for people and for programs. Both have the same fields."""

from __future__ import annotations

import copy
import logging
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

# Django attaches these for its own handlers; a request has cookies.
HIDDEN = ["request", "status_code", "server_time", "taskName"]
RESERVED = [*RESERVED_ATTRS, *HIDDEN]


class HumanFormatter(logging.Formatter):
    """`time LEVEL logger: message field=value ...`, then a traceback if there is one."""

    def __init__(self, **options: Any) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}{fields}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in vars(record).items() if name not in RESERVED}
        fields.pop("fields", None)
        record.fields = "".join(f" {name}={_shown(value)}" for name, value in fields.items())
        return super().format(record)


class JsonLines(JsonFormatter):
    """One object a line: `time`, `level`, `logger`, `message`, the fields, `exc_info`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED, "fields"],
        )


class Brief(logging.StreamHandler):  # type: ignore[type-arg]
    """One short line for what any client can cause: no traceback, and the message cut off."""

    longest = 200  # characters

    def emit(self, record: logging.LogRecord) -> None:
        record = copy.copy(record)  # other handlers may need all of it
        message = record.getMessage()
        record.msg = message if message.isprintable() else repr(message)
        record.msg, record.args = record.msg[: self.longest], ()
        record.exc_info = record.exc_text = record.stack_info = None
        super().emit(record)


def _shown(value: object) -> str:
    """Quoted if it is not one plain word, so that a line break cannot forge a log line."""
    text = str(value)
    return text if text.isprintable() and text and not set(text) & set(' "=') else repr(text)


FORMATTERS = {"human": HumanFormatter, "json": JsonLines}


def logging_config(form: str, level: str) -> dict[str, Any]:
    """Log everything to standard error. Raises ValueError for an unknown format or level."""
    if form not in FORMATTERS:
        raise ValueError(f"LOG_FORMAT is {form!r}; it can be {' or '.join(FORMATTERS)}.")
    level = level.upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ValueError(f"LOG_LEVEL is {level!r}; it can be debug, info, warning or error.")
    ours = {"handlers": ["console"], "level": level, "propagate": False}
    quiet = {"handlers": ["console"], "level": "WARNING", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": {"()": FORMATTERS[form]}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "chosen"},
            "brief": {"class": "chatsite.logs.Brief", "formatter": "chosen"},
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "chat": ours,
            "chatsite": ours,
            "django": quiet,
            "django.request": quiet
            | {"level": "ERROR"},  # not every missing page that a bot requests
            # Any client can send what Django calls suspicious; tracebacks would fill the log.
            "django.security": quiet | {"handlers": ["brief"]},
            # Bots send any Host; they get a 400.
            "django.security.DisallowedHost": quiet | {"level": "CRITICAL"},
            # A traceback each second while Redis is away; chat.channel.group logs one line.
            "channels_redis": quiet | {"level": "CRITICAL"},
        },
    }
