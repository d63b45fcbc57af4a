"""`python -m htqcli` is `htq`, and both begin here."""

import sys


def main() -> None:
    """Run htq. An interruption is quiet even while the program loads."""
    try:
        from htqcli.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
