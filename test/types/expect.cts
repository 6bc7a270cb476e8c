// Compile-time assertions for the type tests: `expectType<Promise<number>>()(f.tell())` fails to compile unless the
// type is exactly that. Nothing of it ever runs.

// Two generic functions are the same type only if the compiler takes the conditions in them for identical. Written out
// twice: through an alias it would compare A with B by assignability, and let any pass.
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/* eslint-enable @typescript-eslint/no-unnecessary-type-parameters */

/** Fails to compile unless `value` has exactly the type `Expected`: not a wider one, and not `any`. */
export declare function expectType<Expected>(): <Actual>(
  value: Actual,
  ...mismatch: Same<Actual, Expected> extends true ? [] : [expected: Expected]
) => void;
