"""`python -m erjian.config.cli`: how `erjian run` starts its children."""

from erjian.config.cli import main

main()
