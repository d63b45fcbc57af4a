"""What is said of a file that was checked, from the worst to the best."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """`not-ready`: an error counts. `unproven`: no error does, but something that decides was not
    checked. `unsettled`: all was checked, and warnings count. `ready`: nothing counts but
    information. The first that applies is the one."""

    NOT_READY = "not-ready"
    UNPROVEN = "unproven"
    UNSETTLED = "unsettled"
    READY = "ready"
