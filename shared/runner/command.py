"""``continuum run [SERVICE...]``: services in this process until a signal comes. Kept light: it is all that stays."""

import os
import sys
import time
from collections.abc import Sequence

import eventlet

from shared import logs
from shared.config import ConfigurationError, settings
from shared.database.migrate import WrongRevision
from shared.health.web import Pages, PortInUse, listen, serve
from shared.runner.group import Group
from shared.runner.memory import settle
from shared.runner.signals import Signals
from shared.runner.startup import CannotStart, check_keys, chosen, first_line, make_databases_ready

log = logs.get_logger(__name__)
LOOK_S = 0.2


def main(names: Sequence[str], *, needs_broker: bool = False) -> int:
    """Run them; gives the exit code: 0 after an orderly stop, 1 when it was not, 2 for a mistake in what was asked.

    ``needs_broker``: whoever starts us has no other services here, so that facts must go by RabbitMQ.
    """
    try:
        if needs_broker and settings().amqp_uri is None:
            raise ConfigurationError(
                {"AMQP_URI": ["must be set: a service reaches the others by the broker"]}
            )
        return Process(names).run()
    except ConfigurationError as error:
        return _say(str(error), 2)
    except CannotStart as error:
        return _say(str(error), error.exit_code)
    except PortInUse as error:
        return _say(str(error), 2)
    except WrongRevision as error:
        return _say(str(error), 1)
    except OSError as error:
        return _say(first_line(error), 1)


def _say(why: str, exit_code: int) -> int:
    sys.stderr.write(f"continuum: {why}\n")
    return exit_code


class Process:
    """Services with their pages, from the check of the configuration to the end; what it raises says why it cannot."""

    def __init__(self, names: Sequence[str]) -> None:
        here = settings()
        self.services = chosen(names)
        check_keys()
        shown = self.services[0] if len(self.services) == 1 else "continuum"
        logs.configure(shown, version=here.service_version, level=here.log_level)
        self.signals, self.group = Signals(), Group(self.services)

    def run(self) -> int:
        """Until a signal comes. Gives 0 after an orderly stop, 1 when something had to be killed."""
        self.signals.listen()
        host, port = self._offer_pages()
        make_databases_ready(self.services, lambda: self.signals.stop)
        if self.signals.stop:
            return 0
        self.group.start()
        settle()
        log.info("running", host=host, port=port, count=len(self.services), pid=os.getpid())
        sys.stdout.write(
            f"continuum: {', '.join(self.services)} run; http://{host}:{port}/ready tells more\n"
        )
        if settings().amqp_uri is None:
            sys.stdout.write("continuum: without AMQP_URI nobody outside this process can call them\n")
        sys.stdout.flush()
        while not self.signals.stop:
            time.sleep(LOOK_S)
        return self._stop()

    def _offer_pages(self) -> tuple[str, int]:
        """The port that is in the environment must be free; the default one gives way to any free one."""
        here = settings()
        try:
            listening = listen(here.http_host, here.http_port)
        except PortInUse as taken:
            if os.environ.get("HTTP_PORT"):
                raise
            _say(f"{taken}; taking a free one", 0)
            listening = listen(here.http_host, 0)
        serve(listening, Pages(self.services, self.states))
        host, port = listening.getsockname()[:2]
        return str(host), int(port)

    def states(self) -> dict[str, str]:
        """How each service stands."""
        return {each.service: each.state for each in self.group.supervisors}

    def _stop(self) -> int:
        _say("stopping ...", 0)
        stopping = eventlet.spawn(self.group.stop, settings().shutdown_grace_s)
        while not stopping.dead and not self.signals.now:
            time.sleep(LOOK_S / 4)
        in_order = stopping.dead and bool(stopping.wait())
        if not in_order:
            self.group.kill()
        log.info("stopped", exit_code=0 if in_order else 1)
        return 0 if in_order else 1
