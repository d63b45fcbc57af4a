"""Where `htq` and `python -m htqcli` start."""

import gc
import os
import sys

_GC_THRESHOLD = 100_000
"""How many new objects trigger a garbage collection. They take some 10 MB. With Python's default of
700, loading htq would trigger dozens that find nothing."""


def main() -> None:
    """Run htq. An interruption ends it quietly, even while it loads."""
    gc.set_threshold(_GC_THRESHOLD)
    # Other packages' plugins must not change a verdict, and looking for them takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from htqcli.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()  # so that Python does not look for garbage as it ends


if __name__ == "__main__":
    main()
