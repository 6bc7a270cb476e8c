// Options of functions that set something up: each is read once, so what was checked is what is used.
import { expect } from 'chai';
import { mount } from 'uvfiles/filesystem';
import { objectFiles, s3Files } from 'uvfiles/s3';
import { crash, crashes, dir, faults, file, memoryFiles } from 'uvfiles/testing';

/** `values` as getters, and how often each was read. */
function counted<T extends object>(values: T): { options: T; reads: Record<string, number> } {
  const reads: Record<string, number> = {};
  const options = {} as T;
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(options, name, {
      enumerable: true,
      get: () => {
        reads[name] = (reads[name] ?? 0) + 1;
        return value as unknown;
      },
    });
  return { options, reads };
}

/** Each of `values`, read once. */
const once = (values: object): Record<string, number> =>
  Object.fromEntries(Object.keys(values).map((name) => [name, 1]));

describe('options of uvfiles/testing, uvfiles/s3 and mount', () => {
  const client = { send: () => Promise.reject(new Error('no request is made')) } as never;
  const store = { head: () => Promise.resolve(null) } as never;
  const common = { prefix: 'a/', partSize: 5 << 20, readAhead: 0, concurrency: 2, copyLimit: 5 << 20 };

  it('are read once', async () => {
    const values = { at: '/once', overlay: false, capacity: 9, umask: 0, clock: () => 0 };
    const user = counted({ uid: 1, gid: 1, groups: [2] });
    const memory = counted({ ...values, user: user.options });
    using files = memoryFiles({ a: '1' }, memory.options);
    expect(memory.reads).to.deep.equal(once(memory.options));
    expect(user.reads).to.deep.equal(once(user.options));

    const one = counted({ seed: 3 });
    crash(files, one.options).unmount();
    expect(one.reads).to.deep.equal({ seed: 1 });
    const all = counted({ during: () => undefined, limit: 2 });
    for await (const _ of crashes(files, all.options));
    expect(all.reads).to.deep.equal({ during: 1, limit: 1 });

    const entry = counted({ mode: 0o700, uid: 1, gid: 1, mtime: 5 });
    dir({}, entry.options);
    expect(entry.reads).to.deep.equal(once(entry.options));
    const rule = counted({ op: 'write', path: '/a', after: 0, times: 1, error: 'EIO' } as const);
    faults(rule.options).stop();
    expect(rule.reads).to.deep.equal(once(rule.options));

    const bucket = counted({ client, bucket: 'b', ...common });
    s3Files(bucket.options);
    expect(bucket.reads).to.deep.equal(once(bucket.options));
    const objects = counted(common);
    objectFiles(store, objects.options);
    expect(objects.reads).to.deep.equal(once(common));
    const scoped = counted({ scope: () => 'result' });
    expect(mount('/once', files.fileSystem, scoped.options)).to.equal('result');
    expect(scoped.reads).to.deep.equal({ scope: 1 });
  });

  it('do not change afterwards', () => {
    const options = { mode: 0o700 };
    const entry = file('', options);
    options.mode = 0o777;
    expect(entry.options.mode).to.equal(0o700);
  });

  it('are objects, but not arrays', () => {
    using files = memoryFiles({}, { at: '/once' });
    const calls: ((o: never) => unknown)[] = [
      (o) => memoryFiles({}, o),
      (o) => crash(files, o),
      (o) => dir({}, o),
      (o) => file('', o),
      (o) => s3Files(o),
      (o) => objectFiles(store, o),
      (o) => mount('/once', files.fileSystem, o),
    ];
    for (const call of calls)
      for (const wrong of [[], null, 5, 'text'])
        expect(() => call(wrong as never), `${call.toString()} ${JSON.stringify(wrong)}`)
          .to.throw()
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
  });
});
