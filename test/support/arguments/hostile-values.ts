// Values that are not valid for any argument, and some that are valid for a few. A new one is created for each call.
import { createContext, runInContext } from 'node:vm';

/** The error that a hostile value throws when the library accesses it. */
export class TrapError extends Error {}

const throwing = (): never => {
  throw new TrapError('a trap was sprung');
};

const traps = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect)
    .filter((name) => typeof (Reflect as Record<string, unknown>)[name] === 'function')
    .map((name) => [name, throwing]),
) as ProxyHandler<object>;

class Lying extends Uint8Array {
  override get length(): number {
    return 1e6;
  }
  override get byteLength(): number {
    return 1e6;
  }
  override includes(): boolean {
    return false;
  }
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Lying;
  }
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(4).fill(65);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

type Resizable = ArrayBuffer & { resize: (size: number) => void };
type ResizableConstructor = new (size: number, o: { maxByteLength: number }) => Resizable;

function resizable(size: number): Uint8Array {
  const buffer = new (ArrayBuffer as unknown as ResizableConstructor)(8, { maxByteLength: 16 });
  const bytes = new Uint8Array(buffer, 0, 4).fill(65);
  buffer.resize(size);
  return bytes;
}

const growable = (): Uint8Array =>
  new Uint8Array(
    new (SharedArrayBuffer as unknown as new (size: number, o: object) => SharedArrayBuffer)(4, {
      maxByteLength: 8,
    }),
  ).fill(65);

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Every value, by its name. */
export const hostileValues: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  '-1': () => -1,
  '1.5': () => 1.5,
  '2 ** 53': () => 2 ** 53,
  '-Infinity': () => -Infinity,
  '5n': () => 5n,
  '2n ** 63n': () => 2n ** 63n,
  true: () => true,
  "'5'": () => '5',
  "''": () => '',
  'a string with NUL': () => 'a\0b',
  'a lone surrogate': () => '\ud800',
  'a String object': () => new String('f'),
  '{}': () => ({}),
  '[]': () => [],
  'an array of hostile values': () => [undefined, null, Symbol('s'), {}, 1.5],
  'a Symbol': () => Symbol('s'),
  'a function': () => () => undefined,
  'a function with a Symbol as its name': () =>
    Object.defineProperty(() => undefined, 'name', { value: Symbol('s') }),
  'a class': () => Map,
  'an object without prototype': () => Object.create(null) as object,
  'an object whose constructor throws': () => Object.defineProperty({}, 'constructor', { get: throwing }),
  'an object whose conversion throws': () => ({
    toString: throwing,
    valueOf: throwing,
    [Symbol.toPrimitive]: throwing,
    [Symbol.for('nodejs.util.inspect.custom')]: throwing,
  }),
  'an object with a property named constructor': () => ({ constructor: 1 }),
  'an object with a property named __proto__': () => JSON.parse('{"__proto__": 1}') as object,
  'a Date of no time': () => new Date(Number.NaN),
  'a rejected promise': () => {
    const promise = Promise.reject(new TrapError('a promise as an argument'));
    promise.catch(() => undefined);
    return promise;
  },
  'a Map': () => new Map([[1, 2]]),
  'a proxy that throws': () => new Proxy({}, traps),
  'a proxy of a function that throws': () => new Proxy(() => undefined, traps),
  'a revoked proxy': revoked,
  'a proxy of bytes': () => new Proxy(new Uint8Array(4), {}),
  'detached bytes': detached,
  'a detached ArrayBuffer': () => detached().buffer,
  'resizable bytes': () => resizable(8),
  'bytes out of the bounds of their buffer': () => resizable(2),
  'shared bytes': () => new Uint8Array(new SharedArrayBuffer(4)).fill(65),
  'growable shared bytes': growable,
  'bytes with NUL': () => Uint8Array.of(65, 0, 66),
  'bytes that lie about their length': () => new Lying([65, 0, 66]),
  'an object with the prototype of bytes': () => Object.create(Uint8Array.prototype) as object,
  'bytes of another realm': () => runInContext('Uint8Array.of(65, 66)', createContext()) as object,
  'a DataView': () => new DataView(new ArrayBuffer(4)),
  'an http URL': () => new URL('http://example.com/f'),
  'a file URL with NUL': () => new URL('file:///a%00b'),
  'an object like a URL': () => ({ href: 'file:///f', protocol: 'file:', searchParams: {} }),
};

/** An object of options whose getters throw. */
export const throwingGetter = (name: string): object =>
  Object.defineProperty({}, name, { get: throwing, enumerable: true });

/** Signals that no AbortController creates. `refused`: whether a call has to reject. */
export const oddSignals: Readonly<Record<string, { make: () => object; refused: boolean }>> = {
  'without removeEventListener': {
    make: () => ({ aborted: false, addEventListener: () => undefined }),
    refused: true,
  },
  'whose removeEventListener throws': {
    make: () => ({ aborted: false, addEventListener: () => undefined, removeEventListener: throwing }),
    refused: false,
  },
  'whose addEventListener throws': {
    make: () => ({ aborted: false, addEventListener: throwing, removeEventListener: () => undefined }),
    refused: false, // by those that have nothing to subscribe for
  },
  'whose aborted throws': {
    make: () =>
      Object.defineProperty(
        { addEventListener: () => undefined, removeEventListener: () => undefined },
        'aborted',
        { get: throwing },
      ),
    refused: true,
  },
  'whose aborted is no boolean': {
    make: () => ({ aborted: 0, addEventListener: () => undefined, removeEventListener: () => undefined }),
    refused: true,
  },
  'whose aborted throws at the second look': {
    make: () => {
      let looks = 0;
      return {
        get aborted(): boolean {
          return looks++ > 0 ? throwing() : false;
        },
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      };
    },
    refused: false,
  },
  'aborted, whose reason throws': {
    make: () => ({
      aborted: true,
      get reason(): unknown {
        return throwing();
      },
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }),
    refused: true,
  },
  'that calls its listener at once': {
    make: () => ({
      aborted: false,
      addEventListener: (_: string, listener: () => void) => listener(),
      removeEventListener: () => undefined,
    }),
    refused: false,
  },
};
