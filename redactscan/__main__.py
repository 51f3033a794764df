"""`python -m redactscan` is the command `redactscan`."""

import atexit
import os
import sys
import threading

from redactscan.cli import main


def run() -> None:
    """Run the command, and end the process at once: to take the interpreter apart takes a tenth of a short run."""
    try:
        main(prog_name="redactscan")
    except SystemExit as end:
        others = [thread for thread in threading.enumerate() if not thread.daemon]
        if not isinstance(end.code, int) or len(others) > 1:
            raise  # with something to say, or to wait for
        atexit._run_exitfuncs()  # noqa: SLF001 - what the interpreter calls itself
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(end.code)


if __name__ == "__main__":
    run()
