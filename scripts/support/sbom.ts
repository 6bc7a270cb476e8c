// The bill of materials of the package, in CycloneDX's JSON: what is installed with it, from the lock file. npm has a command
// for this, which leaves out a dependency that a development tool also takes as a peer.
import { readFileSync } from 'node:fs';
import { inRoot } from './root.mjs';

export interface Manifest {
  name: string;
  version: string;
  license?: string;
  dependencies?: Record<string, string>;
}

/** A package of package-lock.json. */
type Locked = Omit<Manifest, 'name'> & { integrity?: string };

function component(name: string, { version, license, integrity }: Locked) {
  const [algorithm, hash = ''] = integrity?.split('-') ?? [];
  const purl = `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
  return {
    'bom-ref': purl,
    type: 'library',
    name,
    version,
    purl,
    ...(license ? { licenses: [{ license: { id: license } }] } : {}),
    ...(algorithm === 'sha512'
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }] }
      : {}),
  };
}

/** { bom, names }: the document, and the names of all packages of others in it. */
export function billOfMaterials(manifest: Manifest) {
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const found = new Map<string, Locked>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    const entry = packages[`node_modules/${name}`];
    if (!entry) throw new Error(`package-lock.json lacks ${name}`);
    found.set(name, entry);
    Object.keys(entry.dependencies ?? {}).forEach(visit);
  };
  Object.keys(manifest.dependencies ?? {}).forEach(visit);
  const names = [...found.keys()].sort();
  const self = component(manifest.name, manifest);
  const refs = (dependencies: Record<string, string> = {}) =>
    Object.keys(dependencies).map((name) => component(name, found.get(name)!)['bom-ref']);
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: self },
    components: names.map((name) => component(name, found.get(name)!)),
    dependencies: [
      { ref: self['bom-ref'], dependsOn: refs(manifest.dependencies) },
      ...names.map((name) => ({
        ref: component(name, found.get(name)!)['bom-ref'],
        dependsOn: refs(found.get(name)!.dependencies),
      })),
    ],
  };
  return { bom, names };
}
