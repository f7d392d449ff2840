"""What an operator must repair: shown as one line, without a traceback, and answered with exit code 1."""


class Trouble(Exception):
    """Something outside the program is not as it must be; the text is one line that says what to do."""
