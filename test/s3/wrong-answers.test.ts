// Servers and proxies that answer with status 200, and not what was asked for.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect } from 'chai';
import { objectFiles, type ObjectStore, sdkStore, signedStore } from 'uvfiles/s3';

import { MIB, names, pattern, READ, rejection, rejects, STAT, WRITE } from './support/files.js';
import { client, type Files } from './support/targets.js';

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

const xml =
  (text: string): Answer =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>\n${text}`);
const page = (...parts: string[]): Answer => xml(`<ListBucketResult>${parts.join('')}</ListBucketResult>`);
const object = (key: string): string =>
  `<Contents><Key>${key}</Key><Size>1</Size><ETag>&quot;1&quot;</ETag></Contents>`;
const goesOn = (token = ''): string => `<IsTruncated>true</IsTruncated>${token}`;
const TOKEN = '<NextContinuationToken>1</NextContinuationToken>';
const KEEP_GOING = { ignoreErrors: false };
const COPY = { exclusive: false, preserve: true, followSymlinks: true };

const KEYS = { accessKeyId: 'key', secretAccessKey: 'secret' };

const STORES: Record<string, (endpoint: string) => Promise<ObjectStore>> = {
  'the AWS SDK': async (endpoint) =>
    sdkStore(
      await client({ endpoint, credentials: KEYS, honours: {} as never }, { maxAttempts: 1 }),
      'bucket',
    ),
  'signed requests': async (endpoint) =>
    signedStore({ endpoint, credentials: KEYS, bucket: 'bucket', attempts: 1 }),
};

for (const [name, make] of Object.entries(STORES))
  describe(`s3: wrong answers, with ${name}`, () => {
    let answer: Answer;
    let asked: string[];
    let files: Files;
    const server = http.createServer((request, response) => {
      request.resume();
      asked.push(request.method!);
      answer(request, response);
    });

    before(async () => {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      files = objectFiles(await make(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    });
    after(() => {
      server.close();
      server.closeAllConnections();
    });
    beforeEach(() => (asked = []));

    /** Gives one answer after another to listings, and 404 to the rest. */
    const inTurn = (...answers: Answer[]): void => {
      answer = (request, response) => {
        if (request.method !== 'GET') response.writeHead(404).end();
        else (answers.shift() ?? page())(request, response);
      };
    };

    it('rejects a listing that goes on without a token, instead of returning a part of it', async () => {
      answer = page(goesOn('<NextMarker>d/a</NextMarker>'), object('d/a'));
      await rejects(names(files.list('/d', {})), 'EIO');
      await rejects(files.removeTree!('/d', KEEP_GOING, {}), 'EIO');
    });

    it('rejects a listing that goes on with the same page', async () => {
      answer = page(goesOn(TOKEN), object('d/a'));
      await rejects(names(files.list('/d', {})), 'EIO');
    });

    it('rejects a listing of other keys, and deletes none of them', async () => {
      answer = page(object('other/a'));
      await rejects(names(files.walkFiles!('/d', {})), 'EIO');
      await rejects(files.removeTree!('/d', KEEP_GOING, {}), 'EIO');
      answer = page('<CommonPrefixes><Prefix>other/</Prefix></CommonPrefixes>');
      await rejects(names(files.list('/d', {})), 'EIO');
      expect(asked).to.not.include('DELETE').and.not.include('POST');
    });

    it('looks at the pages after an empty one', async () => {
      inTurn(page(goesOn(TOKEN)), page(object('d/a')));
      expect((await files.stat('/d', STAT, {})).isDirectory()).to.equal(true);
      inTurn(page(goesOn(TOKEN)), page(object('d/a')));
      await rejects(files.rmdir('/d', {}), 'ENOTEMPTY');
      inTurn(page(object('d/a')), page(goesOn(TOKEN)), page(object('e/a')));
      await rejects(files.rename('/d', '/e', {}), 'ENOTEMPTY');
    });

    it('takes keys of a listing as they are unless the server says that it has encoded them', async () => {
      answer = page(object('d/a%20b+c'));
      expect(await names(files.list('/d', {}))).to.deep.equal(['a%20b+c']);
      answer = page('<EncodingType>url</EncodingType>', object('d/a%20b+c'));
      expect(await names(files.list('/d', {}))).to.deep.equal(['a b c']);
    });

    it('opens no object of unknown size', async () => {
      answer = (_, response) => response.writeHead(200, { etag: '"1"' }).end();
      await rejects(files.open('/a', READ, 0, {}), 'EIO');
    });

    it('sends an ETag without the mark of a proxy', async () => {
      const conditions: unknown[] = [];
      answer = (request, response) => {
        conditions.push(request.headers['if-match']);
        const headers = { etag: 'W/"1"', 'content-length': '3' };
        response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : 'abc');
      };
      const file = await files.open('/a', READ, 0, {});
      expect(Buffer.from(await file.pread(3, 0, {})).toString()).to.equal('abc');
      await file.close();
      expect(conditions).to.deep.equal([undefined, '"1"']);
    });

    // The SDK accepts such answers, and those of stand-ins for it are often empty.
    if (name === 'signed requests')
      for (const [what, wrong] of Object.entries({
        'a page for people': xml('<html><body>Please log in</body></html>'),
        nothing: (_: unknown, response: http.ServerResponse) => response.writeHead(200).end(),
      }) as [string, Answer][])
        it(`takes ${what} for no answer of the server`, async () => {
          const known: Answer = (request, response) => {
            if (request.method !== 'HEAD') wrong(request, response);
            else response.writeHead(200, { etag: '"1"', 'content-length': '3' }).end();
          };
          answer = known;
          await rejects(names(files.list('/', {})), 'EIO');
          await rejects(files.copyFile!('/a', '/b', COPY, {}), 'EIO');
          await rejects(files.writeFile!('/a', Buffer.from('a'), WRITE, 0o666, {}), 'EIO');
          await rejects(files.writeFile!('/a', pattern(9 * MIB), WRITE, 0o666, {}), 'EIO');
          asked = [];
          const inList: Answer = (request, response) =>
            request.method === 'GET' ? page()(request, response) : known(request, response);
          answer = inList;
          expect((await rejection(files.rename('/a', '/b', {}))).code).to.equal('EIO');
          expect(asked).to.not.include('DELETE');
        });
  });
