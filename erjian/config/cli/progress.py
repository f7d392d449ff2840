"""The progress bar of long work."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Report = Callable[..., None]


@contextlib.contextmanager
def bar(title: str, *, console: Console | None = None) -> Iterator[Report]:
    """A bar that is told `(done, all)`, or `(what, done, all)` where work has stages."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console or Console(stderr=True), transient=False) as progress:
        task = progress.add_task(title, total=None)

        def report(*values: object) -> None:
            stage = [str(value) for value in values if isinstance(value, str)]
            numbers = [int(value) for value in values if isinstance(value, int)]
            if stage:
                progress.update(task, description=f"{title}: {stage[0]}")
            if numbers:
                progress.update(task, completed=numbers[0], total=numbers[1] if len(numbers) > 1 else None)

        yield report
