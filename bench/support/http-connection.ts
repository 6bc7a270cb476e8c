// One connection to an HTTP server, with one request at a time: as little work per answer as a load generator can do.
import { connect, type Socket } from 'node:net';

const headerEnd = Buffer.from('\r\n\r\n');

type Answered = (error?: Error) => void;

export class HttpConnection {
  readonly #socket: Socket;
  /** The part of a response's header that has arrived, until it is complete. */
  #header: Buffer | undefined;
  #missing = 0;
  #answered: Answered | undefined;

  private constructor(port: number, opened: Answered) {
    this.#answered = opened;
    // The memory is reused for each piece, because the bytes of a body are not read.
    const onread = {
      buffer: Buffer.allocUnsafeSlow(256 << 10),
      callback: (length: number) => {
        this.#take(onread.buffer.subarray(0, length));
        return true;
      },
    };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread }, () => {
      this.#finish();
    });
    this.#socket.once('error', (error) => this.#finish(error));
    this.#socket.once('close', () => this.#finish(new Error('the server closed a connection')));
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const connection: HttpConnection = new HttpConnection(port, (error) =>
        error === undefined ? resolve(connection) : reject(error),
      );
    });
  }

  /** Requests `/INDEX`. `answered` is called when the whole body has arrived, or with the error. */
  get(index: number, answered: Answered): void {
    this.#answered = answered;
    this.#header = undefined;
    this.#missing = -1;
    this.#socket.write(`GET /${index} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 'latin1');
  }

  close(): void {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#missing >= 0) {
      this.#missing -= bytes.length;
    } else {
      const header = this.#header === undefined ? bytes : Buffer.concat([this.#header, bytes]);
      const end = header.indexOf(headerEnd);
      // Copied, because the next piece overwrites it. Only pieces without the complete header are copied: copies of megabytes
      // would make the load generator collect garbage while it measures.
      if (end < 0) return void (this.#header = Buffer.from(header));
      const text = header.toString('latin1', 0, end);
      if (!text.startsWith('HTTP/1.1 200 ')) return void this.#finish(new Error(text.split('\r\n')[0]));
      this.#missing = Number(/^content-length: (\d+)$/im.exec(text)?.[1]) - (header.length - end - 4);
    }
    if (this.#missing < 0) this.#finish(new Error('more bytes than the header said'));
    else if (this.#missing === 0) this.#finish();
    else if (Number.isNaN(this.#missing)) this.#finish(new Error('an answer without a length'));
  }

  #finish(error?: Error): void {
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(error);
  }
}
