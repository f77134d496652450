"""`python -m citewell.eval` is `citewell eval`."""

import sys

from ..cli import main

if __name__ == "__main__":
    main(["eval", *sys.argv[1:]])
