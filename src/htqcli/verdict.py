"""The verdicts on a checked file, from worst to best."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """The first that applies. `not-ready`: an error counts. `unproven`: something decisive was not
    checked. `unsettled`: a warning counts. `ready`: at most notes count."""

    NOT_READY = "not-ready"
    UNPROVEN = "unproven"
    UNSETTLED = "unsettled"
    READY = "ready"
