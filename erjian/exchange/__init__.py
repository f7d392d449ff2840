"""Data in and out of the platform in bulk: spreadsheets now, other systems later.

An import is declared, not programmed: a *kind* (`exchange.kinds`) lists its columns with their parsers, the rules
between the cells of one row, and which of the register's bulk loads (`registry.importing`) the rows belong to. One
engine does the rest for every kind: it opens the file (`sources`), finds the header, checks row by row and reports
all errors of a row at once (`checking`), lets the register compare (`loading`), and returns the refused rows as a
spreadsheet that can be corrected and loaded again. A dry run is the same work without the last step; loading a file
twice changes nothing; a file that cannot be understood as a whole changes nothing at all.

`runs` is the write path of the pages and of the command line: one `ImportRun` per file, worked on by jobs.
"""
