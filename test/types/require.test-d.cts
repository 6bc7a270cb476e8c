// The package as a CommonJS program sees it: the same types by way of require.
import uvfiles = require('uvfiles');
import osFunctions = require('uvfiles/os');
import type { Stats } from 'node:fs';
import expectations = require('./expect.cjs');

const { expectType } = expectations;

expectType<Promise<uvfiles.BinaryFile>>()(uvfiles.open('f', 'rb'));
expectType<Promise<uvfiles.RawFile>>()(uvfiles.open('f', 'rb', { buffering: 0 }));
expectType<Promise<Stats>>()(osFunctions.stat('f'));
expectType<typeof osFunctions.stat>()(uvfiles.os.stat);
// @ts-expect-error not a mode's options
uvfiles.open('f', 'rb', { buffering: '0' });
