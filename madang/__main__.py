"""`python -m madang` is the command `madang`."""

import sys

from madang.cli import main

sys.exit(main())
