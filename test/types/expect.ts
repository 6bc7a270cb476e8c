// Compile-time assertions for the type tests: `expectType<Promise<number>>()(f.tell())` fails to compile unless the
// type is exactly that. Nothing of it ever runs.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Fails to compile unless `value` has exactly the type `Expected`: not a wider one, and not `any`. */
export declare function expectType<Expected>(): <Actual>(
  value: Actual,
  ...mismatch: Same<Actual, Expected> extends true ? [] : [expected: Expected]
) => void;
