// The library on real files, for workloads in which `uvfiles` uses files in memory.
import { rmSync } from 'node:fs';
import { uvfiles } from '../harness/library.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'uvfiles-tmpfs',
  title: 'uvfiles on tmpfs',
  kind: 'ours',
  order: 12,

  fileTree({ tree, top }) {
    const { os, readBytes, readText, writeFile } = uvfiles();
    return {
      async make() {
        for (const directory of new Set(Object.keys(tree).map((name) => name.split('/')[0]!)))
          await os.mkdir(`${top}/${directory}`);
        await Promise.all(Object.entries(tree).map(([name, text]) => writeFile(`${top}/${name}`, text)));
      },
      read: (name) => readBytes(`${top}/${name}`),
      async snapshot() {
        const found: Record<string, string> = {};
        for await (const [directory, , files] of os.walk(top)) {
          const paths = files.map((name) => `${directory}/${name}`);
          const texts = await Promise.all(paths.map((path) => readText(path)));
          for (const [i, path] of paths.entries()) found[path.slice(top.length + 1)] = texts[i]!;
        }
        return found;
      },
      async drop() {
        for await (const { path } of os.scandir(top)) rmSync(path, { recursive: true });
      },
    };
  },
};

export default contender;
