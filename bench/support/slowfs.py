"""A FUSE file system that passes everything through to a directory, slowly, shortly or with errors, as it is told.

    /usr/bin/python3 slowfs.py BACKING MOUNTPOINT [--faults FILE] [--cached]

FILE holds JSON and may change at any time; it names operations (open read write fsync truncate getattr release unlink) and what
happens to them:

    {"read": {"delay": 0.2}, "write": {"short": 100}, "fsync": {"error": "EIO", "path": "/a", "after": 3, "times": 1}}

`delay` is in seconds; `short` is the most bytes that one call moves; `error` is an errno's name; `path` limits a fault to
one file; `after` lets so many calls pass first and `times` lets it happen only so often (both counted from the moment
when the file changed). Every operation runs in a thread of its own. Pages are not cached (direct_io) unless --cached says so.
"""

import argparse
import errno
import json
import os
import threading
import time

try:
    import fusepy as fuse
except ImportError:
    import fuse


class Faults:
    """The faults file, read again whenever it has changed."""

    def __init__(self, path):
        self.path = path
        self.changed = None
        self.rules = {}
        self.counts = {}
        self.lock = threading.Lock()

    def rule(self, operation, path):
        """Counts the call, and returns its fault, or an empty one."""
        with self.lock:
            self.reload()
            rule = self.rules.get(operation)
            if rule is None or rule.get("path", path) != path:
                return {}
            seen = self.counts[operation] = self.counts.get(operation, 0) + 1
            first = rule.get("after", 0)
            last = first + rule["times"] if "times" in rule else float("inf")
            return rule if first < seen <= last else {}

    def reload(self):
        if self.path is None:
            return
        try:
            status = os.stat(self.path)
            changed = (status.st_ino, status.st_mtime_ns, status.st_size)
            if changed == self.changed:
                return
            with open(self.path) as file:
                self.rules = json.load(file)
            self.changed, self.counts = changed, {}
        except (OSError, ValueError):
            pass  # half-written or not there yet: what was read last holds

    def apply(self, operation, path):
        """Waits and fails as configured. Returns the maximum number of bytes of the call, or None."""
        rule = self.rule(operation, path)
        if "delay" in rule:
            time.sleep(rule["delay"])
        if "error" in rule:
            raise fuse.FuseOSError(getattr(errno, rule["error"]))
        return rule.get("short")


class SlowFileSystem(fuse.Operations):
    """Every call on a path below the mount point becomes the same call below the backing directory."""

    def __init__(self, backing, faults):
        self.backing = os.path.realpath(backing)
        self.faults = faults

    def real(self, path):
        return self.backing + path

    def getattr(self, path, fh=None):
        self.faults.apply("getattr", path)
        status = os.fstat(fh) if fh else os.lstat(self.real(path))
        names = ("mode", "nlink", "uid", "gid", "size", "atime", "mtime", "ctime", "ino", "blocks")
        return {"st_" + name: getattr(status, "st_" + name) for name in names}

    def readdir(self, path, fh):
        return [".", ".."] + os.listdir(self.real(path))

    def open(self, path, flags):
        self.faults.apply("open", path)
        return os.open(self.real(path), flags)

    def create(self, path, mode, fi=None):
        self.faults.apply("open", path)
        return os.open(self.real(path), os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode)

    def read(self, path, size, offset, fh):
        short = self.faults.apply("read", path)
        return os.pread(fh, size if short is None else min(size, short), offset)

    def write(self, path, data, offset, fh):
        short = self.faults.apply("write", path)
        return os.pwrite(fh, data if short is None else data[:short], offset)

    def fsync(self, path, datasync, fh):
        self.faults.apply("fsync", path)
        return os.fdatasync(fh) if datasync else os.fsync(fh)

    def truncate(self, path, length, fh=None):
        self.faults.apply("truncate", path)
        os.truncate(fh if fh else self.real(path), length)

    def release(self, path, fh):
        self.faults.apply("release", path)
        os.close(fh)

    def flush(self, path, fh):
        return 0

    def unlink(self, path):
        self.faults.apply("unlink", path)
        os.unlink(self.real(path))

    def mkdir(self, path, mode):
        os.mkdir(self.real(path), mode)

    def rmdir(self, path):
        os.rmdir(self.real(path))

    def rename(self, old, new):
        os.rename(self.real(old), self.real(new))

    def link(self, target, source):
        os.link(self.real(source), self.real(target))

    def symlink(self, target, source):
        os.symlink(source, self.real(target))

    def readlink(self, path):
        return os.readlink(self.real(path))

    def chmod(self, path, mode):
        os.chmod(self.real(path), mode)

    def chown(self, path, uid, gid):
        os.chown(self.real(path), uid, gid)

    def utimens(self, path, times=None):
        os.utime(self.real(path), times)

    def statfs(self, path):
        status = os.statvfs(self.real(path))
        names = ("bavail", "bfree", "blocks", "bsize", "favail", "ffree", "files", "flag", "frsize", "namemax")
        return {"f_" + name: getattr(status, "f_" + name) for name in names}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("backing")
    parser.add_argument("mountpoint")
    parser.add_argument("--faults")
    parser.add_argument("--cached", action="store_true")
    arguments = parser.parse_args()
    options = {"direct_io": True} if not arguments.cached else {}
    operations = SlowFileSystem(arguments.backing, Faults(arguments.faults))
    fuse.FUSE(operations, arguments.mountpoint, foreground=True, nothreads=False, **options)


if __name__ == "__main__":
    main()
