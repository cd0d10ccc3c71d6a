#!/usr/bin/env python
"""Django's command line for this project: `python manage.py help`."""

from __future__ import annotations

import gc
import os
import sys

GC_THRESHOLD = 100_000  # new objects; imports make many and drop few


def main() -> None:
    gc.set_threshold(GC_THRESHOLD)  # searching them for cycles took a tenth of a start
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    try:
        from django.core.management import execute_from_command_line

        from chatsite.start_errors import readable_errors
    except ImportError as error:
        raise SystemExit(
            f"{error}. Install the project first: `make install`, or activate its .venv."
        ) from error
    with readable_errors():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
