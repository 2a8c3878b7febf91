"""The benchmarks: the same work as Continuum's peers, on one machine, with everything that users run switched on.

``./continuum bench`` prints one JSON line for each figure; docs/benchmarks.md says what each of them is.
"""
