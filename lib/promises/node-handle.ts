// Makes Node's own APIs accept our FileHandle: fs.createReadStream({ fd: handle }), fs.promises.readFile(handle), and the
// transfer to a worker.
//
// They recognize a FileHandle by its class, which is private and can only be obtained from a first handle. From then on,
// our class inherits from it. Node's fields have private symbols as keys, which are found by their descriptions. In a
// runtime without these symbols, our class stays a plain EventEmitter, and a stream of a handle reads through the `fs`
// option instead.
import { devNull } from 'node:os';

import { isDescriptorShortage } from '../errors/index.js';
import { FileHandle } from './file-handle.js';
import { own } from './node.js';

type Constructor = new (...args: unknown[]) => object;
type Fields = Record<symbol, unknown>;

let prepared: Promise<void> | undefined;
/** Whether a handle can be created without waiting. */
export let isPrepared = false;

/** Makes our class inherit from Node's, once. Never rejects. */
export function prepareHandles(): Promise<void> {
  return (prepared ??= prepare()
    .then(
      () => true,
      // Without a descriptor, the next open tries again.
      (error: unknown) => !isDescriptorShortage(error),
    )
    .then((isDone) => {
      isPrepared = isDone;
      prepared = undefined; // it belongs to the async context of the first call
    }));
}

function symbolOf(object: object, description: string): symbol | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null)
    for (const symbol of Object.getOwnPropertySymbols(at))
      if (symbol.description === description) return symbol;
  return undefined;
}

async function prepare(): Promise<void> {
  const sample = await own.open(devNull);
  try {
    const Base = sample.constructor as Constructor;
    const find = (description: string): symbol => {
      const symbol = symbolOf(sample, description);
      if (symbol === undefined) throw new Error(`FileHandle has no ${description}`);
      return symbol;
    };
    const handle = find('kHandle');
    const Native = (sample as unknown as Fields)[handle] as object;
    inherit(Base, Native.constructor as Constructor, {
      handle,
      fd: find('kFd'),
      hold: find('kRef'),
      letGo: find('kUnref'),
      // Since Node 24.
      closeNow: symbolOf(sample, 'kCloseSync'),
      transfer: find('messaging_transfer_symbol'),
      transferList: find('messaging_transfer_list_symbol'),
    });
  } finally {
    await sample.close();
  }
}

interface Symbols {
  readonly handle: symbol;
  readonly fd: symbol;
  readonly hold: symbol;
  readonly letGo: symbol;
  readonly closeNow: symbol | undefined;
  readonly transfer: symbol;
  readonly transferList: symbol;
}

function inherit(Base: Constructor, Native: Constructor, symbols: Symbols): void {
  // Node's handle, as which a handle was transferred.
  const natives = new WeakMap<FileHandle, object>();
  const giveAway = (handle: FileHandle): object | undefined => {
    const given = natives.get(handle);
    if (given !== undefined) return given;
    const fd = handle._release();
    if (fd < 0) return undefined;
    const native = new Native(fd);
    natives.set(handle, native);
    return native;
  };
  const ignore = (): void => undefined;
  Object.defineProperties(FileHandle.prototype, {
    // Node's constructor sets both.
    [symbols.handle]: {
      get(this: FileHandle) {
        return natives.get(this);
      },
      set: ignore,
    },
    [symbols.fd]: {
      get(this: FileHandle) {
        return this.fd;
      },
      set: ignore,
    },
    // Between these two calls, Node's streams and iterables use the descriptor itself.
    [symbols.hold]: {
      value(this: FileHandle) {
        this._hold();
      },
    },
    [symbols.letGo]: {
      value(this: FileHandle) {
        this._letGo();
      },
    },
    [symbols.transferList]: {
      value(this: FileHandle) {
        const native = giveAway(this);
        return native === undefined ? [] : [native];
      },
    },
    [symbols.transfer]: {
      value(this: FileHandle) {
        const native = giveAway(this);
        if (native === undefined)
          throw new DOMException('Cannot transfer FileHandle while in use', 'DataCloneError');
        return { data: { handle: native }, deserializeInfo: 'internal/fs/promises:FileHandle' };
      },
    },
  });
  if (symbols.closeNow !== undefined)
    Object.defineProperty(FileHandle.prototype, symbols.closeNow, {
      value(this: FileHandle) {
        this._closeNow();
      },
    });
  Object.setPrototypeOf(FileHandle, Base);
  Object.setPrototypeOf(FileHandle.prototype, Base.prototype as object);
}
