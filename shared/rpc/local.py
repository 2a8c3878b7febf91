"""RPC inside one process, without a broker: the same bodies and the same work, handed over directly."""

from itertools import count
from typing import Any

from eventlet.event import Event

from shared.errors import OutcomeUnknown, Unavailable
from shared.rpc.dispatch import Dispatcher
from shared.rpc.wire import Question, Request, error_body
from shared.rpc.workers import Workers

_fronts: "dict[str, LocalFront]" = {}
_ids = count(1)


class LocalFront:
    """Where calls of this process to one service come in."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher, self.workers = dispatcher, Workers()

    @property
    def ready(self) -> bool:
        """Whether calls are being taken."""
        return _fronts.get(self._dispatcher.service) is self

    def start(self, _: Any = None) -> None:
        """Take calls from now on."""
        _fronts[self._dispatcher.service] = self

    def stop(self, grace_s: float) -> None:
        """Take no more calls; those that run get ``grace_s`` seconds, then they are killed."""
        self._leave()
        self.workers.wait(grace_s)
        self.workers.kill()

    def kill(self) -> None:
        """Stop at once: what runs is rolled back."""
        self._leave()
        self.workers.kill()

    def take(self, request: Request) -> Any:
        """Answer the call; the event that is returned gets the body of the reply."""
        answered = Event()
        self.workers.run(self._work, request, answered)
        return answered

    def _work(self, request: Request, answered: Any) -> None:
        try:
            self._dispatcher.answer(request, answered.send)
        finally:
            if not answered.ready():
                stopped = (
                    f"{self._dispatcher.service} stopped during {request.method}: look before asking again"
                )
                answered.send(error_body(OutcomeUnknown(stopped)))

    def _leave(self) -> None:
        if _fronts.get(self._dispatcher.service) is self:
            del _fronts[self._dispatcher.service]


class LocalTransport:
    """Calls to the services of this process."""

    def call(self, question: Question) -> bytes:
        """The body of the reply. Raises Unavailable, at once when the service is not here, DeadlineExceeded."""
        front = _fronts.get(question.service)
        if front is None:
            raise Unavailable(f"nobody answers for {question.service}: it does not run in this process")
        request = Request(question.method, question.body, question.headers, f"local.{next(_ids)}")
        reply: bytes | None = front.take(request).wait(question.timeout_s)
        if reply is None:
            raise question.unanswered()
        return reply

    def close(self) -> None:
        """There is nothing to close."""
