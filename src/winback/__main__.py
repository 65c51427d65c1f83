"""`python -m winback` is the `winback` command."""

from winback.doors.cli import main

main()
