"""What each 申报 is: one module each in `kinds/`, holding one declaration.

Lists, forms, the desk's comparison, printing, the 办事指南 and the progress bar are derived from the
declaration; nothing else in the house asks which kind a case is. `all_procedures()` finds every declaration in
`kinds/`, so a new 申报 type costs one file.
"""

from erjian.procedures.declaration import (
    About,
    CertificateNeed,
    Decision,
    Filer,
    Outcome,
    Picker,
    Procedure,
    SpecialtySource,
    Step,
    all_procedures,
    get,
)

__all__ = [
    "About",
    "CertificateNeed",
    "Decision",
    "Filer",
    "Outcome",
    "Picker",
    "Procedure",
    "SpecialtySource",
    "Step",
    "all_procedures",
    "get",
]
