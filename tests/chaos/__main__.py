"""`make chaos`: runs that try to lose or repeat an alert, and what came of them."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from tests.chaos.command import main

    sys.exit(main(sys.argv[1:]))
