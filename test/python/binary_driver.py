# The operations of a binary sequence, on a file of Python's io.
import io
import os


class Binary:
    """Python's binary file, with explicit calls for what uvfiles does by itself (docs/differences-from-python.md)."""

    def __init__(self, file):
        self.file = file
        # Python checks only once, and treats the first seek that fails as the answer.
        (file if self.is_raw else file.raw).seekable()

    @property
    def is_raw(self):
        return isinstance(self.file, io.RawIOBase)

    @property
    def is_appending(self):
        return 'a' in (self.file.mode if self.is_raw else self.file.raw.mode)

    def check_readable(self):
        if not self.file.readable():
            raise io.UnsupportedOperation('read')

    def check_writable(self):
        if not self.file.writable():
            raise io.UnsupportedOperation('write')

    def read(self, size):
        return self.file.read(size).hex()

    def readall(self):
        return self.file.read(-1).hex()

    def some(self, size, got):
        """The expected bytes of a call that returned `got` bytes: none only if there are none."""
        self.check_readable()
        data = self.file.read(got)
        if got == 0 and size != 0 and self.file.read(1) != b'':
            return 'nothing, before the end'
        return data.hex()

    def read1(self, size, got):
        return None if self.is_raw else self.some(size, got)

    def readinto1(self, size, got):
        return None if self.is_raw else self.some(size, got)

    def peek(self, size, got):
        if self.is_raw:
            return None
        self.check_readable()
        position = self.file.tell()
        data = self.some(1, got)
        self.file.seek(position)
        return data

    def together(self, first, second):
        self.check_readable()
        return [self.file.read(first).hex(), self.file.tell(), self.file.read(second).hex()]

    def ended(self, size, got, how):
        self.check_readable()
        return self.file.read(got).hex()

    def stream(self, count, got, chunk_size):
        self.check_readable()
        return self.file.read(got).hex()

    def grow(self, data):
        self.file.flush()
        name = self.name()
        with open(name, 'ab') as other:
            other.write(bytes.fromhex(data))

    def name(self):
        return self.file.name if self.is_raw else self.file.raw.name

    def readinto(self, size):
        view = bytearray(size)
        return [self.file.readinto(view), view.hex()]

    def readline(self, size):
        self.check_readable()
        return self.file.readline(size).hex()

    def readlines(self, hint):
        self.check_readable()
        return [line.hex() for line in self.file.readlines(hint)]

    def lines(self, count):
        return [line for line in (self.readline(-1) for _ in range(count)) if line != '']

    def batches(self, count, batch):
        batches = (self.lines(batch) for _ in range(count))
        return [lines for lines in batches if lines != []]

    def write(self, data):
        if data == '' and self.is_appending and not self.is_raw:
            # A write of no bytes makes Python write again what it had read ahead.
            return 0
        count = self.file.write(bytes.fromhex(data))
        self.settle(data)
        return count

    def writelines(self, items):
        self.check_writable()
        for data in items:
            self.write(data)

    def settle(self, data):
        # In append mode, Python counts from the position of the last seek, and reads there.
        if data != '' and self.is_appending and not self.is_raw:
            self.file.seek(0, 2)

    def pread(self, size, position):
        self.check_readable()
        self.file.flush()
        return os.pread(self.file.fileno(), size, position).hex()

    def pwrite(self, data, position):
        self.check_writable()
        self.file.flush()
        count = os.pwrite(self.file.fileno(), bytes.fromhex(data), position)
        if not self.is_raw:
            # Python does not notice it, and would continue with what it had read ahead.
            here = self.file.tell()
            self.file.seek(0, 2)
            self.file.seek(here)
        return count

    def seek(self, offset, whence):
        if whence not in (0, 1, 2):
            # Python passes some of these to the system: SEEK_DATA and SEEK_HOLE.
            raise ValueError('invalid whence')
        if not self.is_raw and not self.file.closed:
            # After a read of everything, the C class keeps an old idea of where the raw file is, and a seek stays where it is.
            # tell asks the system. (_pyio is right. CPython 3.11.)
            self.file.tell()
        position = self.file.seek(offset, whence)
        # After a seek that failed with bytes unwritten, BufferedRandom.seek goes to the right place and returns another.
        return position if self.is_raw else self.file.tell()

    def tell(self):
        return self.file.tell()

    def truncate(self, size):
        self.check_writable()
        return self.file.truncate(size)

    def flush(self):
        self.file.flush()

    def detach(self):
        if not self.is_raw:
            # Python leaves the file below at the end of what it has read ahead.
            position = self.file.tell()
            self.file = self.file.detach()
            self.file.seek(position)

    def about(self):
        mode = self.file.mode if self.is_raw else self.file.raw.mode
        return [self.file.closed, mode, self.file.readable(), self.file.writable(), self.file.seekable(),
                self.file.isatty()]

    def close(self):
        self.file.close()


class Shared(Binary):
    """Two handles of one descriptor, which take turns, as in run-shared.ts."""

    def __init__(self, owner, second):
        super().__init__(second)
        super().__init__(owner)
        self.path = super().name()
        self.waiting = second
        self.is_owner = True

    def name(self):
        return self.path

    def other(self):
        position = 0
        if not self.file.closed:
            self.file.flush()
            position = self.file.tell()
        self.file, self.waiting = self.waiting, self.file
        self.is_owner = not self.is_owner
        if self.file.closed:
            return position
        self.file.seek(0, 2)
        return self.file.seek(position)

    def close(self):
        if self.is_owner:
            self.file.flush()
        else:
            self.file.close()

    def close_both(self):
        if self.is_owner:
            self.file, self.waiting = self.waiting, self.file
        self.file.close()
        self.file = self.waiting
