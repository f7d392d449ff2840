"""What national standards fix, and no province can change.

Identity numbers, credit codes, regions, dictionaries, specialties and number formats. Everything
here is a pure function or a table: no database, no clock, no policy. A rule that needs to know the
day receives it as an argument. What is refused is refused with an ``errors.Refusal``, whose message
is written for the person who typed the value.
"""
