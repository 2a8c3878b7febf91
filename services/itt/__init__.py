"""Initial teacher training: courses, applications, trainees, their placements and assessment, QTS and EYTS.

Owns courses and places, candidates and applications, trainees from the draft to the award, and the national files.
Publishes ``itt.course.*``, ``itt.candidate.*``, ``itt.application.*``, ``itt.interview.*``, ``itt.reference.*``,
``itt.trainee.*``, ``itt.training.*``, ``itt.placement.*``, ``itt.review.*``, ``itt.qts.*`` and corrections.
Listens to induction alone, because the last QTS stays once it has begun: trainees come from files and calls.
"""
