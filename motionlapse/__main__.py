"""``python -m motionlapse``."""

from motionlapse.cli.app import main

main()
