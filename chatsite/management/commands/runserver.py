"""`python manage.py runserver`: Daphne's development server, which reloads changed code.

It first brings the database up to date, and prints the address for phones if it listens on all
interfaces.
"""

from __future__ import annotations

import os
from typing import Any

from daphne.management.commands import runserver

from chatsite.local_server import ANY_ADDRESS, print_addresses, serve_locally
from chatsite.start_errors import readable_errors
from chatsite.startup import prepare


class Command(runserver.Command):
    def inner_run(self, *args: Any, **options: Any) -> None:
        serve_locally(self.addr, int(self.port))
        super().inner_run(*args, **options)

    def check_migrations(self) -> None:
        """Apply pending migrations, about which Django would only warn."""
        try:
            with readable_errors():
                prepare()
        except SystemExit as error:
            # The reloader runs this in a thread, where SystemExit does not end the process.
            self.stderr.write(str(error.code))
            self.stderr.flush()
            os._exit(1)
        super().check_migrations()

    def get_application(self, options: dict[str, Any]) -> Any:
        """Daphne calls this after it has printed 0.0.0.0, which a phone cannot open."""
        if self.addr in ANY_ADDRESS:
            print_addresses(self.stdout, self.addr, int(self.port))
        return super().get_application(options)
