// Checks a binary before it is published: it is for the right system, needs nothing that a user may lack, and contains no
// path of the machine that built it.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { root } from '../support/root.mjs';
import { SetupError, run } from '../support/run.mjs';
import { EXPORTS, exportsOf, GLIBC_FLOOR } from './targets.ts';
import { cache } from './tools.ts';

/** Eight binaries and the rest of the package must stay below 4.7 MB (scripts/release.ts). */
const MAX_BYTES = 320 * 1024;

/** The functions of libuv that Node 20 to 26, Bun and Deno all have. */
const UV_EVERYWHERE = ['uv_queue_work', 'uv_async_init', 'uv_async_send', 'uv_close', 'uv_ref', 'uv_unref'];
/** Looked up by name on Windows. The addon works without them where they are absent. */
const UV_ON_WINDOWS = ['uv_open_osfhandle', 'uv_get_osfhandle', 'uv_fs_close', 'uv_fs_req_cleanup'];

const LIBRARIES = /^(libc|libm|libdl|libpthread|librt)\.so(\.\d+)?$|^ld-(linux|musl)-[\w-]+\.so\.\d+$/;

/** The bytes that identify each target, and their offset in the file. A negative offset is in the header of a PE file. */
const MAGIC: Record<string, [offset: number, expected: number[]]> = {
  'linux-x64': [18, [0x3e, 0]],
  'linux-arm64': [18, [0xb7, 0]],
  'darwin-x64': [0, [0xcf, 0xfa, 0xed, 0xfe, 0x07, 0, 0, 0x01]],
  'darwin-arm64': [0, [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 0x01]],
  'win32-x64': [-4, [0x64, 0x86]],
  'win32-arm64': [-4, [0x64, 0xaa]],
};

function isFor(target: string, bytes: Buffer): boolean {
  const [offset, expected] = MAGIC[target.replace('-musl', '')]!;
  // The offset of the PE header is at 0x3c. The processor comes after the header's signature.
  const at = offset === -4 ? bytes.readUInt32LE(0x3c) + 4 : offset;
  return expected.every((byte, index) => bytes[at + index] === byte);
}

const isNewer = (version: string, other: string) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major > otherMajor || (major === otherMajor && minor > otherMinor);
};

/** Checks an ELF file with objdump, which reads the dynamic section for every processor. */
async function elfFaults(file: string, target: string): Promise<string[]> {
  const { code, output } = await run('objdump', ['-p', '-T', file]);
  if (code !== 0) throw new SetupError(`objdump cannot read ${file}:\n${output}`);
  const faults: string[] = [];
  const versions = [...output.matchAll(/\bGLIBC_(\d+\.\d+(?:\.\d+)?)/g)].map(([, version]) => version!);
  if (target.endsWith('-musl') && versions.length > 0) faults.push('is linked to glibc');
  const above = [...new Set(versions.filter((each) => isNewer(each, GLIBC_FLOOR)))];
  if (above.length > 0) faults.push(`needs GLIBC_${above.join(', GLIBC_')}; the floor is ${GLIBC_FLOOR}`);
  for (const [, library] of output.matchAll(/^\s*NEEDED\s+(\S+)$/gm))
    if (!LIBRARIES.test(library!)) faults.push(`needs ${library}`);
  // -z relro, -z now, and a stack that is not executable: see docs/security.md.
  const flags = (name: string) =>
    Number(new RegExp(`^\\s*${name}\\s+(0x[0-9a-f]+)$`, 'm').exec(output)?.[1] ?? 0);
  if (!/^\s*RELRO\s/m.test(output)) faults.push('has no read-only relocations');
  if ((flags('FLAGS') & 8) === 0 && (flags('FLAGS_1') & 1) === 0) faults.push('binds its functions lazily');
  if (/^\s*STACK\s.*\n.*flags \S*x/m.test(output)) faults.push('has an executable stack');
  const shown = [...output.matchAll(/^[0-9a-f]{8,}\s+(?!.*\*UND\*).*\s(\S+)$/gm)].map(([, name]) => name!);
  const extra = shown.filter((name) => !EXPORTS.includes(name) && !name.startsWith('_'));
  if (extra.length > 0) faults.push(`exports ${extra.join(', ')}`);
  for (const name of EXPORTS) if (!shown.includes(name)) faults.push(`does not export ${name}`);
  const wanted = [...output.matchAll(/\*UND\*.*\s(\S+)$/gm)].map(([, name]) => name!);
  const foreign = wanted.filter((name) =>
    /^(_Z|_Unwind|__cxa_(?!atexit|finalize|thread_atexit)|abort_)/.test(name),
  );
  if (foreign.length > 0) faults.push(`lacks ${foreign.join(', ')} of the C++ library`);
  return faults;
}

/** All faults of the binary. It may be published if there are none. */
export async function faultsOf(file: string, target: string): Promise<string[]> {
  const bytes = readFileSync(file);
  const text = bytes.toString('latin1');
  const faults = isFor(target, bytes) ? [] : ['is not for this system and processor'];
  if (bytes.length > MAX_BYTES) faults.push(`has ${bytes.length} bytes; the limit is ${MAX_BYTES}`);

  const allowed = target.startsWith('win32') ? [...UV_EVERYWHERE, ...UV_ON_WINDOWS] : UV_EVERYWHERE;
  const named = new Set(
    [...text.matchAll(/(?<![A-Za-z0-9_])_?(uv_[a-z0-9_]+)(?=\0)/g)].map(([, name]) => name!),
  );
  const forbidden = [...named].filter((name) => !allowed.includes(name));
  if (forbidden.length > 0) faults.push(`takes ${forbidden.join(', ')} from libuv`);
  if (!named.has('uv_queue_work'))
    faults.push('does not take uv_queue_work from libuv: are its names stripped?');

  const places = [root, cache, os.homedir(), '/home/', '/Users/', 'C:\\Users\\'].filter(
    (each) => each !== '/',
  );
  const told = places.filter(
    (place) => text.includes(`${place}/`) || (place.length > 5 && text.includes(place)),
  );
  if (told.length > 0) faults.push(`contains ${told.join(', ')}`);
  for (const name of exportsOf(target)) if (!text.includes(name)) faults.push(`does not export ${name}`);
  if (target.startsWith('linux')) faults.push(...(await elfFaults(file, target)));
  return faults;
}
