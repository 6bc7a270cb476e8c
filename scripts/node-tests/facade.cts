// Preloaded into each of Node's tests: puts a set of promise functions in the place of node:fs/promises, and lets the callback
// functions of node:fs that have a promise twin go through them.
import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

type AnyFunction = (...args: unknown[]) => unknown;
type Functions = Record<string, AnyFunction>;

const callbacks = fs as unknown as Functions;
const own = fs.promises as unknown as Functions;
const nodes: Functions = { ...own };
const { UVFILES_FACADE: replacement = '' } = process.env;
const stand = replacement === 'node' ? nodes : (createRequire(__filename)(replacement) as Functions);

for (const name of Object.keys(own)) {
  const asPromise = stand[name];
  if (typeof asPromise !== 'function') continue;
  own[name] = asPromise;
  const original = callbacks[name];
  // `open` is left out: its callback gets a number.
  if (typeof original === 'function' && name !== 'watch' && name !== 'open')
    callbacks[name] = calledBack(asPromise, original);
}
syncBuiltinESMExports();

function calledBack(asPromise: AnyFunction, original: AnyFunction): AnyFunction {
  function facade(this: unknown, ...args: unknown[]): unknown {
    const callback = args.at(-1);
    // The promise functions do not accept descriptors, and the original function rejects a missing callback.
    if (typeof callback !== 'function' || typeof args[0] === 'number')
      return Reflect.apply(original, this, args);
    (asPromise(...args.slice(0, -1)) as Promise<unknown>).then(
      (value) => {
        process.nextTick(callback, null, value);
      },
      (error: unknown) => {
        process.nextTick(callback, error);
      },
    );
    return undefined;
  }
  return Object.defineProperties(facade, Object.getOwnPropertyDescriptors(original));
}
