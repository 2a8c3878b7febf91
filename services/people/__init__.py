"""The person: who somebody is, which role periods they hold, every fact about them, and their stage.

Owns identity and merges, role periods, prohibitions, the timeline and the stage of the professional continuum.
Publishes ``people.person.*``, ``people.role.*``, ``people.prohibition.*``, ``people.fact.voided.v1`` and
``people.stage.changed.v1``. Listens to every event of every service that names a person.
"""
