"""The tables of a case."""

from erjian.applications.models.application import Application, ApplicationQuerySet
from erjian.applications.models.parts import (
    CannedOpinion,
    Clock,
    ClockKind,
    FormVersion,
    Letter,
    LetterKind,
    MaterialFile,
    RobotRun,
    TimelineEntry,
)

__all__ = [
    "Application",
    "ApplicationQuerySet",
    "CannedOpinion",
    "Clock",
    "ClockKind",
    "FormVersion",
    "Letter",
    "LetterKind",
    "MaterialFile",
    "RobotRun",
    "TimelineEntry",
]
