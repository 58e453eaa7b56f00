"""``python -m darkfactory``: the command line."""

from darkfactory.cli import main

if __name__ == "__main__":
    main()
