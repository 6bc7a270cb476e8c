// The assertions themselves: each line that must not compile is marked, and an unused mark is an error.
import { expectType } from './expect.js';

declare const anything: any;

expectType<number>()(1 as number);
expectType<string | null>()(null as string | null);
// @ts-expect-error a different type
expectType<string>()(1 as number);
// @ts-expect-error a narrower type
expectType<string | null>()('text' as string);
// @ts-expect-error any is not the type
expectType<string>()(anything);
