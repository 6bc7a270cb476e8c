# Answers the fuzzers' requests with Python's codecs and io: one JSON request and one JSON answer per line.
import codecs
import io
import json
import sys


def units(text, index):
    """An index in code points as one in UTF-16 code units, which is how JavaScript counts."""
    return sum(2 if ord(c) > 0xFFFF else 1 for c in text[:index])


def describe(error):
    if isinstance(error, UnicodeDecodeError):
        return {'kind': 'decode', 'start': error.start, 'end': error.end, 'reason': error.reason}
    if isinstance(error, UnicodeEncodeError):
        return {'kind': 'encode', 'start': units(error.object, error.start), 'end': units(error.object, error.end),
                'reason': error.reason}
    if isinstance(error, UnicodeError):
        return {'kind': 'decode', 'reason': str(error)}
    if isinstance(error, LookupError):
        return {'kind': 'lookup'}
    if isinstance(error, io.UnsupportedOperation):
        return {'kind': 'unsupported'}
    if isinstance(error, OSError):
        return {'kind': 'system', 'errno': error.errno}
    if isinstance(error, ValueError):
        return {'kind': 'closed' if 'closed file' in str(error) or 'detached' in str(error) else 'value'}
    if isinstance(error, TypeError):
        # Handlers that only support writing raise a TypeError if bytes are malformed.
        if 'UnicodeDecodeError' in str(error):
            return {'kind': 'decode'}
        return {'kind': 'type'}
    return {'kind': type(error).__name__}


def decode(request):
    decoder = codecs.getincrementaldecoder(request['encoding'])(request['errors'])
    texts = []
    try:
        pieces = request['pieces']
        for i, piece in enumerate(pieces):
            texts.append(decoder.decode(bytes.fromhex(piece), i == len(pieces) - 1))
    except Exception as error:
        return {'texts': texts, 'error': describe(error)}
    return {'texts': texts}


def encode(request):
    try:
        encoder = codecs.getincrementalencoder(request['encoding'])(request['errors'])
        return {'bytes': encoder.encode(request['text'], True).hex()}
    except Exception as error:
        return {'error': describe(error)}


def table(request):
    """Every code point's bytes and, decoded one by one, every sequence of up to two bytes."""
    encoding = request['encoding']
    encoded = {}
    for code_point in range(0x110000):
        if code_point > 0xFFFF and code_point % 97:
            continue
        try:
            encoded[code_point] = chr(code_point).encode(encoding).hex()
        except UnicodeEncodeError:
            pass
    decoded = {}
    for first in range(256):
        for sequence in [bytes([first])] + [bytes([first, second]) for second in range(256)]:
            try:
                decoded[sequence.hex()] = sequence.decode(encoding)
            except UnicodeDecodeError:
                pass
    return {'encoded': encoded, 'decoded': decoded}


answers = {'decode': decode, 'encode': encode, 'table': table,
           'version': lambda request: {'version': sys.version.split()[0]}}


def main():
    import file_driver
    answers['sequence'] = file_driver.run_sequence
    try:
        for line in sys.stdin:
            request = json.loads(line)
            sys.stdout.write(json.dumps(answers[request['op']](request)) + '\n')
            sys.stdout.flush()
    finally:
        file_driver.remove_directory()


if __name__ == '__main__':
    main()
