"""Initial teacher training: trainees, their placements and assessment, the national files, QTS and EYTS.

Owns trainees from the draft to the award, and the imports that they came with.
Publishes ``itt.trainee.*``, ``itt.training.*``, ``itt.placement.*``, ``itt.review.*``, ``itt.qts.*`` and corrections.
Listens to induction alone, because the last QTS stays once it has begun: trainees come from files and calls.
"""
