"""`python -m htqcli` is `htq`, and both begin here."""

import gc
import os
import sys

_OBJECTS = 100_000
"""How many new objects there are between two looks for garbage. With Python's own 700, loading
htq would be dozens of looks that find none; this many take some 10 MB."""


def main() -> None:
    """Run htq. An interruption is quiet even while the program loads."""
    gc.set_threshold(_OBJECTS)
    # What else is installed has no part in a verdict, and looking for it takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from htqcli.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()  # what is there at the end goes with the program; nobody looks through it


if __name__ == "__main__":
    main()
