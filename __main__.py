"""`python -m citewell` is `citewell`."""

from .cli import main

if __name__ == "__main__":
    main()
