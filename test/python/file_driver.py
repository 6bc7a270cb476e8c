# Runs a sequence of operations on a file of Python's io, and reports each result in the form of the fuzzer's JavaScript side.
import io
import os
import tempfile

from binary_driver import Binary, Shared
from driver import describe

directory = tempfile.mkdtemp(prefix='uvfiles-fuzz-', dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None)
path = os.path.join(directory, 'file')


def remove_directory():
    if os.path.exists(path):
        os.unlink(path)
    os.rmdir(directory)


class Incomparable(Exception):
    """Python cannot reach the state of uvfiles, so nothing after this can be compared."""


class Text:
    """Python's text file, with what uvfiles does by itself spelt out (docs/differences-from-python.md): before a write
    or a truncation the file goes to where the reader stands, before a read what was written is flushed, and only
    positions without decoder state count as told."""

    def __init__(self, file):
        self.file = file
        self.touched = False
        self.wrote = False
        self.told = []

    def step_back(self):
        if self.touched:
            position = self.file.tell()
            if position >= 1 << 63:
                # A seek there makes Python decode some bytes again, and it would write after those.
                raise Incomparable
            self.file.seek(position)
            self.touched = False
        self.told.clear()

    def reading(self, read, size):
        if self.wrote and self.file.readable():
            self.file.flush()
            # Python's decoder would expect a byte order mark here.
            self.file.seek(self.file.tell())
            self.wrote = False
        result = read(size)
        self.touched = self.touched or size != 0
        return result

    def read(self, size):
        return self.reading(self.file.read, size)

    def readline(self, size):
        # Python reads a chunk even to return none of it.
        if size == 0 and self.file.readable():
            return ''
        return self.reading(self.file.readline, size)

    def readlines(self, hint):
        # Its readlines iterates, after which Python rejects tell.
        lines = [self.readline(-1)]
        while lines[-1] != '' and (hint <= 0 or sum(map(len, lines)) <= hint):
            lines.append(self.readline(-1))
        return lines if lines[-1] != '' else lines[:-1]

    def lines(self, count):
        return [line for line in (self.readline(-1) for _ in range(count)) if line != '']

    def write(self, text):
        self.check_writable()
        self.step_back()
        count = self.encoded(text)
        self.wrote = True
        return count

    def writelines(self, texts):
        self.check_writable()
        for text in texts:
            self.step_back()
            self.encoded(text)
            self.wrote = True

    def encoded(self, text):
        before = os.fstat(self.file.fileno()).st_size
        try:
            count = self.file.write(text)
        except UnicodeEncodeError:
            # Python assumes that the byte order mark is written. A seek to the start makes it write one again.
            self.file.seek(self.file.tell())
            raise
        if 'a' in self.file.mode:
            # In append mode, Python counts from the position of the last seek, and reads there.
            self.file.flush()
            if os.fstat(self.file.fileno()).st_size > before:
                self.file.seek(0, 2)
                self.file.seek(self.file.tell())
        return count

    def truncate(self, size):
        self.check_writable()
        self.step_back()
        return self.file.truncate(size)

    def check_writable(self):
        if not self.file.writable():
            raise io.UnsupportedOperation('not writable')

    def seek(self, offset, whence):
        if offset < 0 and whence == 0:
            self.file.tell()
        position = self.file.seek(offset, whence)
        if whence == 2:
            # After a seek to the end, Python's decoder expects a byte order mark there.
            self.file.seek(position)
        self.touched = position >= 1 << 63
        self.wrote = False
        return position if position < 1 << 63 else None

    def tell(self):
        position = self.file.tell()
        self.told.append(position)
        return position if position < 1 << 63 else None

    def seektold(self, index):
        if not self.told:
            return None
        position = self.told[index % len(self.told)]
        self.file.seek(position)
        self.touched = position >= 1 << 63
        self.wrote = False
        return None

    def again(self, size):
        position = self.file.tell()
        first = self.read(size)
        self.file.seek(position)
        return [first, self.read(size)]

    def restart(self, options):
        self.seek(0, 0)
        self.told.clear()
        names = {'lineBuffering': 'line_buffering'}
        self.file.reconfigure(**{names.get(name, name): value for name, value in options.items()})

    def flush(self):
        self.file.flush()

    def newlines(self):
        newlines = self.file.newlines
        return list(newlines) if isinstance(newlines, tuple) else newlines

    def close(self):
        self.file.close()


# The methods that can be called on a closed file.
quiet = ('close', 'seektold', 'other')


def open_run(request, file):
    if 'b' not in request['mode']:
        return Text(file)
    if 'second' not in request:
        return Binary(file)
    second = request['second']
    return Shared(file, open(file.fileno(), second['mode'], closefd=False, **second['options']))


def run_sequence(request):
    if os.path.exists(path):
        os.unlink(path)
    if request['content'] is not None:
        with open(path, 'wb') as file:
            file.write(bytes.fromhex(request['content']))
    results = []
    file = None
    try:
        options = request['options']
        file = open(path, request['mode'], **options)
        if 'chunk' in request:
            file._CHUNK_SIZE = request['chunk']
        run = open_run(request, file)
    except Exception as error:
        results.append({'error': describe(error)})
        request['ops'] = []
    for name, *arguments in request['ops']:
        try:
            # The first error of a call on a closed file is that it is closed.
            if run.file.closed and name not in quiet and [name, *arguments[:1]] not in (['lines', 0], ['batches', 0]):
                raise ValueError('I/O operation on closed file')
            results.append({'value': getattr(run, name)(*arguments)})
        except Incomparable:
            results.append({'incomparable': True})
            break
        except Exception as error:
            results.append({'error': describe(error)})
            if results[-1]['error']['kind'] == 'decode':
                break
    end = {}
    try:
        if file is not None:
            if 'second' in request:
                run.close_both()
            run.file.close()
    except Exception as error:
        end = {'error': describe(error)}
    content = None
    if os.path.exists(path):
        with open(path, 'rb') as written:
            content = written.read().hex()
    return {'results': results, 'close': end, 'content': content}
