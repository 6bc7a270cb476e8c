// The facade as JavaScript: tests are started without a loader.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

/** Writes the facade into `folder` and returns its path. */
export function writeFacade(folder: string): string {
  const text = readFileSync(path.join(import.meta.dirname, 'facade.cts'), 'utf8');
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      esModuleInterop: true,
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
    },
  });
  const file = path.join(folder, `facade-${process.pid}.cjs`);
  writeFileSync(file, outputText);
  return file;
}
