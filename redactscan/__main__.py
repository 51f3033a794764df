"""`python -m redactscan` is the command `redactscan`."""

from redactscan.cli import main

if __name__ == "__main__":
    main(prog_name="redactscan")
