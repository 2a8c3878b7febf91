"""The ring of a process's own settings: when their files change, its keys do, without a restart."""

from joserfc.jwk import OKPKey

from shared.config import Settings, settings
from shared.keys.ring import Jwks, KeyRing, public_keys, signing_keys
from shared.logs import get_logger

log = get_logger(__name__)


class FollowingRing(KeyRing):
    """Holds the keys of SIGNING_KEY and VERIFY_KEYS as they are now; such as do not fit together change nothing."""

    _taken: Settings | None = None
    _held: tuple[str | None, Jwks | None] | None = None

    def look(self) -> None:
        """Take the keys over when the settings have changed (which is looked up at most once a second)."""
        self._take(settings())

    def key_of(self, kid: str) -> OKPKey:
        """The public key of that name; for one that is not known the files are looked at now. Raises LookupError."""
        if kid not in self.public:
            self._take(settings.look())
        return super().key_of(kid)

    def _take(self, here: Settings) -> None:
        if here is self._taken:
            return
        self._taken = here
        if here.verify_keys is None:
            return
        try:
            signing = [] if here.signing_key is None else signing_keys(here.signing_key, here.verify_keys)
        except ValueError:
            log.error("the changed keys do not fit together", fields=["SIGNING_KEY", "VERIFY_KEYS"])
            return
        if (keys := (here.signing_key, here.verify_keys)) != self._held:
            self._held = keys
            self._hold(public_keys(here.verify_keys), signing)
            log.info("keys taken over", fields=sorted(self.public))
