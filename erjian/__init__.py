"""Erjian (二建): the registration of second-class constructors of one province.

One Django project, one PostgreSQL database. `docs/architecture.md` says what each room below is for.
"""

__version__ = "0.1.0"
