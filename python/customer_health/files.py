"""Files as publications need them: copied, brought to disk, told apart, read and written."""

import errno
import json
import os
import shutil
from pathlib import Path


def copy_file(source: Path, target: Path) -> None:
    """Copy a file, sharing its blocks where the file system can (XFS, btrfs)."""
    with open(source, "rb") as read, open(target, "wb") as write:
        left = os.fstat(read.fileno()).st_size
        try:
            while left and (copied := os.copy_file_range(read.fileno(), write.fileno(), left)):
                left -= copied
        except (AttributeError, OSError) as problem:
            if is_disk_full(problem):
                raise
            left = True  # not on this system, or not between these two
    if left:
        shutil.copyfile(source, target)


def sync(path: Path) -> None:
    """Bring a file or the names in a folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_disk_full(problem: Exception | str) -> bool:
    """Whether an error, or the words of one, say that nothing more can be written."""
    if isinstance(problem, OSError) and problem.errno:
        return problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    words = (os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
    return any(text in str(problem) for text in words)


def is_same_file(first: Path, second: Path) -> bool:
    """Whether two names are of one file."""
    return first.exists() and second.exists() and first.samefile(second)


def file_stamp(path: Path) -> list[int] | None:
    """Size and time of a file, which change when somebody writes to it; None without one."""
    return [path.stat().st_size, path.stat().st_mtime_ns] if path.exists() else None


def read_json(path: Path) -> object:
    """What a file says; None if it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def write_json(path: Path, content: dict) -> None:
    """Write a file that people can read, too."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
