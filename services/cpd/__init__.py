"""Statutory induction, and development among peers.

Owns: periods of induction, their assessments and absences, appropriate bodies; activities, bookings, evaluations.
Publishes: cpd.induction.*, cpd.activity.*, cpd.booking.*, cpd.evaluation.*, cpd.contribution.recorded.v1.
Listens to: itt.qts.awarded, itt.award.undone, people.role.begun, people.role.ended, people.person.merged.
"""
