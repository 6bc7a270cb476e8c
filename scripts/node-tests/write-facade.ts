// Writes replacements of modules for other packages' tests, as JavaScript, because these tests run without a loader.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

/** Writes the facade into `folder` and returns its path. */
export const writeFacade = (folder: string): string =>
  writeAsScript(path.join(import.meta.dirname, 'facade.cts'), folder);

/** Writes the module `source` as CommonJS into `folder` and returns its path. */
export function writeAsScript(source: string, folder: string): string {
  const text = readFileSync(source, 'utf8');
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      esModuleInterop: true,
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
    },
  });
  const file = path.join(folder, `${path.basename(source, '.cts')}-${process.pid}.cjs`);
  writeFileSync(file, outputText);
  return file;
}
