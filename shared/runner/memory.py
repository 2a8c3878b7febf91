"""The garbage collector of a process that runs services: what was loaded at the start stays, so it is left in peace.

A full collection looks at everything that libraries and mappings have made, and with Python's own thresholds there is
one every few thousand events: a fifth of all the time that a busy service takes.
"""

import gc

GENERATIONS = (5_000, 20, 50)


def settle() -> None:
    """Call it when everything has started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GENERATIONS)
