// Copies and removals of trees and files, with every option and with what is in their way.
import { constants } from 'node:fs';
import { pathToFileURL } from 'node:url';

import type { Call } from './calls.js';

/** What an error of several levels says. */
export function said({ name, message, code, syscall, path, dest, info }: any): unknown {
  return { name, message, code, syscall, path, dest, info: info && Object.entries(info).map(String).sort() };
}

/** Copies the link `from` over the link `to`, both to absolute paths. */
const linkOver =
  (from: string, to: string, options = {}): Call =>
  async (f, at) => {
    await f.symlink(at(from), at('one'));
    await f.symlink(at(to), at('two'));
    await f.cp(at('one'), at('two'), options).catch(said);
    return f.readlink(at('two'));
  };

/** Names, directories and kinds of the matches of `glob`, where the version has it. */
async function matches(f: any, pattern: unknown, options: any): Promise<unknown> {
  if (f.glob === undefined) return undefined;
  const found: unknown[] = [];
  for await (const entry of f.glob(pattern, { withFileTypes: true, ...options }))
    found.push([entry.name, entry.parentPath, entry.isFile(), entry.isDirectory(), entry.isSymbolicLink()]);
  return found.map(String).sort().join(' ');
}

/** By function. */
export const treeCalls: Record<string, Call[]> = {
  'cp of links and to other names of the source': [
    linkOver('file', 'file'),
    linkOver('file', 'dir'),
    linkOver('dir', 'file'),
    linkOver('dir', 'dir'),
    linkOver('dir', 'dir/sub'),
    linkOver('dir/sub', 'dir'),
    linkOver('dir/sub', 'dir', { verbatimSymlinks: true }),
    linkOver('nowhere', 'file'),
    async (f, at) => {
      await f.cp(at('dir'), at('copy'), { recursive: true });
      return f.cp(at('dir'), at('copy'), { recursive: true }).catch(said);
    },
    async (f, at) => {
      await f.mkdir(at('copy/sub'), { recursive: true });
      await f.symlink(at('dir/sub'), at('copy/sub/up'));
      const refusal = await f.cp(at('dir'), at('copy'), { recursive: true }).catch(said);
      const kept = await f.readlink(at('copy/sub/up'));
      await f.rm(at('copy'), { recursive: true }); // how much was copied before depends on the order
      return [refusal, kept];
    },
    async (f, at) => {
      await f.link(at('file'), at('other'));
      await f.cp(at('file'), at('other')).catch(said);
    },
    (f, at) => f.cp(at('link'), at('file'), { dereference: true }).catch(said),
    async (f, at) => {
      await f.symlink('dir', at('name'));
      await f.rm(at('dir/sub/up'));
      await f.cp(at('dir'), at('name'), { recursive: true, dereference: true }).catch(said);
    },
    async (f, at) => {
      await f.symlink('dir', at('name'));
      await f.rm(at('dir/sub/up'));
      await f.cp(at('name'), at('dir/sub/copy'), { recursive: true, dereference: true }).catch(said);
    },
  ],
  'glob with types': [
    (f, at) => matches(f, '**/*', { cwd: at('.') }),
    (f, at) => matches(f, ['dir/*/', 'file', 'nowhere'], { cwd: at('.') }),
    (f, at) => matches(f, at('dir/*'), { cwd: at('dir') }),
    (f, at) => matches(f, '**/c', { cwd: at('.'), exclude: ['dir/sub'] }),
    (f, at) => matches(f, '*', { cwd: at('nowhere') }),
  ],
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
