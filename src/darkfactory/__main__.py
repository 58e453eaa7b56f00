"""``python -m darkfactory``: the command line."""

from darkfactory.cli.app import main

if __name__ == "__main__":
    main()
