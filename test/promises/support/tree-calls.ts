// Copies and removals of trees and files, with every option and with what is in their way.
import { constants } from 'node:fs';
import { pathToFileURL } from 'node:url';

import type { Call } from './calls.js';

/** What an error of several levels says. */
export function said({ name, message, code, syscall, path, dest, info }: any): unknown {
  return { name, message, code, syscall, path, dest, info: info && Object.entries(info).map(String).sort() };
}

/** By function. */
export const treeCalls: Record<string, Call[]> = {
  'options of cp': [
    (f, at) => f.cp(at('file'), at('copy')),
    (f, at) => f.cp(at('file'), at('no/such/place')),
    (f, at) => f.cp(at('file'), at('empty'), { force: false }),
    (f, at) => f.cp(at('file'), at('empty'), { mode: constants.COPYFILE_EXCL }),
    (f, at) => f.cp(at('dir/sub/c'), at('copy'), { preserveTimestamps: true }),
    (f, at) => f.cp(at('dir'), at('copy'), { recursive: true, preserveTimestamps: true }),
    (f, at) => f.cp(at('link'), at('copy')),
    (f, at) => f.cp(at('link'), at('copy'), { dereference: true }),
    (f, at) => f.cp(at('link'), at('copy'), { verbatimSymlinks: true }),
    (f, at) => f.cp(at('broken'), at('copy')),
    (f, at) => f.cp(at('link'), at('broken')),
    (f, at) => f.cp(at('link'), at('file')),
    (f, at) => f.cp(at('file'), at('link')),
    (f, at) =>
      f.cp(at('dir'), at('copy'), {
        recursive: true,
        dereference: true,
        filter: (n: string) => !n.endsWith('up'),
      }),
    (f, at) => f.cp(at('dir'), at('copy'), { recursive: true, dereference: true, verbatimSymlinks: true }),
    (f, at) => f.cp(at('dir'), at('dir'), { recursive: true }),
    (f, at) => f.cp(at('.'), at('dir/sub'), { recursive: true }),
    (f, at) => f.cp(at('dir'), at('link'), { recursive: true }),
    (f, at) => f.cp(at('dir'), at('broken'), { recursive: true }),
    (f, at) => f.cp(at('dir'), at('copy'), { recursive: true, filter: async () => Promise.resolve(false) }),
    (f, at) =>
      f.cp(at('dir'), at('copy'), {
        recursive: true,
        filter: (from: string, to: string) => {
          if (from.endsWith('b') && to.endsWith('b')) throw new Error('refused');
          return true;
        },
      }),
    async (f, at) => {
      await f.mkdir(at('copy'));
      await f.writeFile(at('copy/a'), 'old');
      await f.cp(at('dir'), at('copy'), { recursive: true, force: false });
      return f.readFile(at('copy/a'), 'utf8');
    },
    async (f, at) => {
      await f.mkdir(at('copy'));
      await f.writeFile(at('copy/a'), 'old');
      return f.cp(at('dir'), at('copy'), { recursive: true, force: false, errorOnExist: true }).catch(said);
    },
    async (f, at) => {
      await f.mkdir(at('copy/a'), { recursive: true });
      return f.cp(at('dir'), at('copy'), { recursive: true }).catch(said);
    },
    (f, at) => f.cp(at('dir'), at('copy')).catch(said),
    (f, at) => f.cp(at('dir'), at('file'), { recursive: true }).catch(said),
    (f, at) => f.cp(at('file'), at('dir')).catch(said),
    (f, at) => f.cp(at('dir'), at('dir/sub/x'), { recursive: true }).catch(said),
    (f, at) => f.cp(at('file'), at('copy'), null),
    (f, at) => f.cp(at('file'), at('copy'), 5),
    (f, at) => f.cp(at('file'), at('copy'), { filter: 5 }),
    (f, at) => f.cp(at('file'), at('copy'), { mode: 'x' }),
    (f, at) => f.cp(at('file'), at('copy'), { mode: 99 }),
    (f, at) => f.cp(at('file'), at('copy'), { force: 1 }),
    (f, at) => f.cp(pathToFileURL(at('file')), pathToFileURL(at('copy'))),
    (f, at) => f.copyFile(at('file'), at('copy'), 99),
    (f, at) => f.copyFile(at('file'), at('copy'), 'x'),
    (f, at) => f.copyFile(at('dir'), at('copy')),
    (f, at) => f.copyFile(at('file'), at('file')),
    (f, at) => f.copyFile(at('file'), at('link')),
    (f, at) => f.copyFile(at('dir/sub/c'), at('copy')),
  ],
  'options of rm': [
    (f, at) => f.rm(at('dir'), { force: true }),
    (f, at) => f.rm(at('dir'), { recursive: true, force: true }),
    (f, at) => f.rm(at('missing'), { recursive: true }),
    (f, at) => f.rm(at('missing'), { recursive: true, force: true }),
    (f, at) => f.rm(at('file/below'), { force: true }),
    (f, at) => f.rm(at('broken'), { recursive: true }),
    (f, at) => f.rm(at('dir/sub/up'), { recursive: true }),
    (f, at) => f.rm(at('dir/sub/up/'), { recursive: true }),
    (f, at) => f.rm(at('dir/'), { recursive: true }),
    (f, at) => f.rm(at('file'), null),
    (f, at) => f.rm(at('file'), 5),
    (f, at) => f.rm(at('file'), { force: 1 }),
    (f, at) => f.rm(at('file'), { retryDelay: -1 }),
    (f, at) => f.rm(at('file'), { maxRetries: 1.5 }),
    (f, at) => f.rm(at('file'), { maxRetries: 2, retryDelay: 1 }),
    (f, at) => f.rmdir(at('missing')),
    (f, at) => f.rmdir(at('link')),
    (f, at) => f.rmdir(at('dir/sub/up')),
    (f, at) => f.rmdir(at('file'), {}),
    (f, at) => f.unlink(at('link')),
    (f, at) => f.unlink(at('file/below')),
  ],
};
