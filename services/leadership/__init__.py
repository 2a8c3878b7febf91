"""Who might lead: signals from contributions, suggestions with reasons, nominations with consent.

Owns signals, suggestions and nominations. Publishes ``leadership.suggestion.*``, ``leadership.consent.*`` and
``leadership.nomination.*``. Listens to ``cpd.contribution.recorded``, ``cpd.evaluation.recorded``,
``cpd.induction.passed``, ``itt.placement.completed`` with its corrections, and ``people.*``.
"""
