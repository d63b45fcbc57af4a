"""`python -m htqcli` is `htq`."""

from htqcli.cli import main

if __name__ == "__main__":
    main()
