"""A lock that the kernel lets go of when the last process that holds it ends, however it ends.

It is `flock`'s, which belongs to the open file: a child that inherits the descriptor holds it too.
"""

import fcntl
import os
import time
from datetime import UTC, datetime
from typing import TextIO

# The child of a killed build needs a moment to die and let go of the lock.
PATIENCE_SECONDS = 1.0


def take(lock: TextIO) -> str | None:
    """Take the lock of an open file, and write into it who has it; give who else does, if so."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not _taken(lock.fileno()):
        if time.monotonic() > until:
            lock.seek(0)
            return lock.read() or "another process"
        time.sleep(0.1)
    lock.truncate(0)
    lock.write(f"process {os.getpid()}, begun at {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC,")
    lock.flush()
    return None


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
