"""Work done as an unprivileged user, for tests that root runs."""

import os
from collections.abc import Callable

ROOT = os.geteuid() == 0
NOBODY = 65534


def as_nobody(work: Callable[[], None]) -> str:
    """Do `work` as an unprivileged user in a forked process; what it raised, as text ("" when nothing)."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
        except BaseException as error:
            os.write(write_end, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        text = pipe.read().decode()
    os.waitpid(pid, 0)
    return text
