// What the README shows of a run.

/** The workloads that the README shows, in its order, and what it calls them. */
export const readmeRows: ReadonlyMap<string, string> = new Map([
  ['inline-read-4k-1', 'cached 4 KiB read, one after another'],
  ['inline-read-4k-512', 'cached 4 KiB reads, 512 in flight'],
  ['inline-read-64k-1', 'cached 64 KiB read, one after another'],
  ['inline-whole-4k-1', 'whole 4 KiB file, one after another'],
  ['inline-stat-1', 'cached stat'],
  ['read-4k-1', 'through the pool: 4 KiB, 1 in flight'],
  ['read-4k-64', 'through the pool: 4 KiB, 64 in flight'],
  ['read-4k-512', 'through the pool: 4 KiB, 512 in flight'],
  ['whole-4k-64', 'through the pool: whole 4 KiB files, 64 in flight'],
  ['write-64b', '64-byte write, awaited'],
  ['lines', 'lines of a 100 MB text'],
  ['read-text', '100 MB of ASCII as one string'],
  ['stat-many', 'stats of 10,000 files'],
  ['read-many', '10,000 files read whole'],
  ['walk', 'walk of 100,000 entries'],
  ['cold-256', 'cold 4 KiB reads, 256 in flight'],
  ['read-1m-8', '1 MiB reads into a view, 8 in flight'],
  ['temp-files', 'temporary files'],
  ['remove-tree', 'a tree of 5,000 files removed'],
  ['copy-tree', 'a tree of 5,000 files copied'],
  ['server-limit', 'file server: requests per second with a p99 of 20 ms'],
]);
