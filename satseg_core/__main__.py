"""``python -m satseg_core`` is the same as ``satseg``."""

import sys

from satseg_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
