"""The exit codes: the same for every command and every format."""

from __future__ import annotations

FOUND = 1
"""The check failed: a finding fails the run, no window is open, two catalogues differ, or a draft
is not ready to be packed."""
NOT_UNDERSTOOD = 2
"""The command line was not understood, or names a catalogue that cannot be used."""
NOT_DONE = 3
"""Something could not be read, checked or written, or there is a fault in htq."""
INTERRUPTED = 130
"""Somebody interrupted htq: 128 + SIGINT."""
READER_GONE = 141
"""The reader of a pipe went away: 128 + SIGPIPE."""
