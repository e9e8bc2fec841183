"""`python -m triage.cli`: the command line where it is not installed."""

import sys

from triage.cli import main

sys.exit(main())
