// The assertions themselves: each line that must not compile is marked, and an unused mark is an error.
import { expectType } from './expect.cjs';

declare const anything: any;
declare const count: number;
declare const text: string;
declare const maybe: string | null;

expectType<number>()(count);
expectType<string | null>()(maybe);
// @ts-expect-error a different type
expectType<string>()(count);
// @ts-expect-error a narrower type
expectType<string | null>()(text);
// @ts-expect-error any is not the type
expectType<string>()(anything);
