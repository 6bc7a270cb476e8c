// Takes the place of send in its own tests: `send(req, url, { root })` is serveFile with that root. The caller's business, such
// as decoding the URL and header fields for caches, is done here as docs/instead-of.md says; other options are ignored.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire, Module } from 'node:module';
import path from 'node:path';

import type { serveFile as ServeFile } from '../../lib/index.js';

const load = createRequire(__filename);
const { serveFile } = load(process.env.UVFILES_LIBRARY!) as { serveFile: typeof ServeFile };

interface Answering {
  on(event: string): Answering;
  pipe(res: ServerResponse): ServerResponse;
}

function send(req: IncomingMessage, url: string, { root }: { root?: string } = {}): Answering {
  let isAnswerable = true;
  const answering: Answering = {
    on(event) {
      isAnswerable &&= event === 'error';
      return answering;
    },
    pipe(res) {
      // Tests that wait for an event that does not come fail immediately, not after a timeout.
      if (!isAnswerable) return res.destroy();
      let name: string;
      try {
        name = decodeURIComponent(url.replace(/[?#].*$/s, ''));
      } catch {
        res.statusCode = 400;
        return res.end('Bad Request');
      }
      const o = root === undefined ? {} : { root };
      serveFile(req, res, name, o).catch((error: unknown) => res.end(` - ${(error as Error).message}`));
      return res;
    },
  };
  return answering;
}

const replaced = path.join(process.cwd(), 'index.js');
const stub = new Module(replaced);
stub.exports = send;
stub.loaded = true;
load.cache[replaced] = stub;
