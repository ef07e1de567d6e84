"""`python -m adamtheory` is the command `adamtheory`."""

import sys

from adamtheory.cli import main

sys.exit(main())
