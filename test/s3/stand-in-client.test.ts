// Clients that are not the SDK's own, such as those of tests: only their `send` is called, and only with requests to be made.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { expect } from 'chai';
import { open, os, writeFile } from 'uvfiles';
import { mount } from 'uvfiles/filesystem';
import { s3Files, sdkStore } from 'uvfiles/s3';

import { MIB, pattern } from './support/files.js';
import { AWS, MemoryStore } from './support/memory-store.js';
import { client } from './support/targets.js';
import { skip } from '../support/skip.js';
import { rejection, runProgram } from '../support/temp.js';

interface Input {
  readonly Key: string;
  readonly Body?: Uint8Array;
  readonly UploadId: string;
  readonly PartNumber: number;
  readonly MultipartUpload: { readonly Parts: readonly { PartNumber: number; ETag: string }[] };
  readonly IfNoneMatch?: '*';
}

/** Answers commands from memory, without their middleware. */
class StandIn {
  readonly store = new MemoryStore(AWS);
  readonly sent: string[] = [];

  async send({ constructor, input }: { constructor: { name: string }; input: Input }): Promise<object> {
    const name = constructor.name.replace(/Command$/, '');
    this.sent.push(name);
    const { Key: key, Body: body = new Uint8Array(), UploadId: upload, PartNumber: number } = input;
    switch (name) {
      case 'PutObject':
        return { ETag: await this.store.put(key, body, { ifNoneMatch: input.IfNoneMatch }) };
      case 'CreateMultipartUpload':
        return { UploadId: await this.store.createUpload(key, {}) };
      case 'UploadPart':
        return { ETag: await this.store.uploadPart(key, upload, number, body, {}) };
      case 'CompleteMultipartUpload': {
        const parts = input.MultipartUpload.Parts.map((part) => ({
          number: part.PartNumber,
          etag: part.ETag,
        }));
        await this.store.completeUpload(key, upload, parts, { ifNoneMatch: input.IfNoneMatch });
        return {};
      }
      case 'AbortMultipartUpload':
        await this.store.abortUpload(key, upload, {});
        return {};
      default:
        throw new Error(`no answer to ${name}`);
    }
  }
}

describe('s3: a stand-in for a client', () => {
  it('receives no abort of an upload that goes on', async () => {
    const standIn = new StandIn();
    using mounted = mount('s3://stand-in', s3Files({ client: standIn, bucket: 'stand-in' }));
    const data = pattern(20 * MIB);
    await writeFile(`${mounted.prefix}/large`, data);
    expect(standIn.sent).to.include('UploadPart').and.not.include('AbortMultipartUpload');
    expect(standIn.store.objects.get('large')?.bytes.equals(data)).to.equal(true);
    const file = await open(`${mounted.prefix}/opened`, 'wb');
    await file.write(data);
    await file.close();
    expect(standIn.sent).not.to.include('AbortMultipartUpload');
    expect(standIn.store.uploads.size).to.equal(0);
  });

  it('can replace the send of a client that is in use', async () => {
    const standIn = { send: (): Promise<object> => Promise.reject(new Error('replaced below')) };
    using mounted = mount('s3://stand-in', s3Files({ client: standIn, bucket: 'stand-in' }));
    standIn.send = () => Promise.resolve({ Contents: [{ Key: 'd/b', Size: 1 }] });
    expect(await os.listdir(`${mounted.prefix}/d`)).to.deep.equal(['b']);
    expect(() => sdkStore({} as never, 'b'))
      .to.throw(TypeError)
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
  });

  it('may omit what a server always sends', async () => {
    const answers: Record<string, () => object> = {
      ListObjectsV2Command: () => ({ Contents: [{ Key: 'd/a', Size: 1 }] }),
      PutObjectCommand: () => {
        throw Object.assign(new Error('condition'), { name: 'PreconditionFailed' });
      },
    };
    const send = ({ constructor }: object): Promise<object> =>
      new Promise((resolve) => resolve(answers[constructor.name]?.() ?? {}));
    using mounted = mount('s3://stand-in', s3Files({ client: { send }, bucket: 'stand-in' }));
    expect(await os.listdir(`${mounted.prefix}/d`)).to.deep.equal(['a']);
    const written = rejection(sdkStore({ send }, 'b').put('a', new Uint8Array(), { ifNoneMatch: '*' }));
    expect(await written).to.include({ status: 412, code: 'PreconditionFailed' });
  });

  it('cannot prepare a request, and the client of the SDK does without sending one', async () => {
    const standIn = new StandIn();
    const prepare = sdkStore(standIn, 'b').prepareAbort!('key', 'id');
    expect((await rejection(prepare)).code).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect(standIn.sent).to.deep.equal([]);

    let requests = 0;
    const server = createServer((_, response) => {
      requests++;
      response.writeHead(500).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
      const s3 = await client({ endpoint: `http://127.0.0.1:${port}`, credentials } as never);
      const request = await sdkStore(s3, 'b').prepareAbort!('a key', 'id');
      expect(request).to.include({ protocol: 'http:', hostname: '127.0.0.1', port, method: 'DELETE' });
      expect(request.path).to.match(/^\/b\/a%20key\?.*uploadId=id/);
      expect(request.headers.authorization).to.match(/^AWS4-HMAC-SHA256 Credential=id\//);
      expect(requests).to.equal(0);
    } finally {
      server.close();
    }
  });

  it('is asked once the SDK can be loaded, although an earlier call found no descriptor to load it', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no limit on handles');
    const program = `
      import { closeSync, openSync } from 'node:fs';
      import { os } from 'uvfiles';
      import { mount } from 'uvfiles/filesystem';
      import { s3Files } from 'uvfiles/s3';
      const client = { send: async () => ({ Contents: [{ Key: 'd/b', Size: 1 }] }) };
      mount('s3://bucket', s3Files({ client, bucket: 'bucket' }));
      const held = [];
      try { for (;;) held.push(openSync('/dev/null')); } catch {}
      const { code, path } = await os.listdir('s3://bucket/d').catch((error) => error);
      held.forEach((fd) => closeSync(fd));
      console.log(code, path, ...(await os.listdir('s3://bucket/d')));`;
    const { stdout, stderr } = await runProgram(program, {
      limits: '-n 64',
      env: { NODE_EXTRA_CA_CERTS: undefined }, // Node would warn that it cannot open them
    });
    expect(stderr).to.equal('');
    expect(stdout).to.equal('EMFILE s3://bucket/d b\n');
  });
});
