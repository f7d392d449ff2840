"""The register's bulk write path: a table of checked rows is compared with the register and merged into it.

The caller (the exchange room) reads and checks a spreadsheet row by row and copies what is well formed into a
temporary table, the *stage*. From there on everything is done in sets: rows that contradict the register or each
other are marked as errors, the others are *new*, *updates* or the *same*, and `write` merges them, leaving a row of
history for each change. Whoever calls it supplies the transaction; without `write` nothing but the temporary table
was touched, which is what makes a dry run exactly the same as the real one up to its last step.

    with importing.stage(importing.QUALIFICATIONS) as stage:
        with stage.copy() as copy:
            copy.write_row((line, *values))      # in the order of QUALIFICATIONS.columns
        stage.judge(lock=True)
        stage.counts(), stage.problems(), stage.differences(limit=200)
        stage.write(actor=actor)
"""

from erjian.registry.importing.kinds import (
    BARS,
    EDUCATION,
    ENTERPRISE_QUALIFICATIONS,
    ENTERPRISES,
    LOCKS,
    NOT_WITHDRAWN,
    QUALIFICATIONS,
)
from erjian.registry.importing.merging import Fact, Load, Merge
from erjian.registry.importing.people import PERSON_COLUMNS
from erjian.registry.importing.registrations import REGISTRATIONS
from erjian.registry.importing.stages import Counts, Difference, Stage, stage

__all__ = [
    "BARS",
    "EDUCATION",
    "ENTERPRISES",
    "ENTERPRISE_QUALIFICATIONS",
    "LOCKS",
    "NOT_WITHDRAWN",
    "PERSON_COLUMNS",
    "QUALIFICATIONS",
    "REGISTRATIONS",
    "Counts",
    "Difference",
    "Fact",
    "Load",
    "Merge",
    "Stage",
    "stage",
]
