"""A cohort: candidates, their forms and applications and all that comes with them, loaded into a database of itt.

What becomes of each application is decided by the service's own domain, so that the rows and the facts are those that
the service would have written; only the statements that store them are larger. The same seed is the same cohort.
"""

from benchmarks.cohort.loading import Loaded, load
from benchmarks.cohort.offer import Offer, Seat
from benchmarks.cohort.spans import Span

__all__ = ["Loaded", "Offer", "Seat", "Span", "load"]
