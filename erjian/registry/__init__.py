"""What is legally true: people, enterprises, qualifications, registrations, bars and locks.

The register changes only through `registry.changes` (called by a procedure's effect, an import or an
ex-officio decision), and every change leaves a row of history that keeps what was before. What must
never happen (two live registrations of one class, overlapping periods of one specialty) is refused by
named database constraints, so that no code path can forget it.
"""
