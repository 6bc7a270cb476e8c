// A POSIX file system that remembers what has been synced: fed with the calls of a program, it knows at each moment
// what a power cut must leave and what it can lose.

/** A change of a file's content that is not yet durable. */
export type DataChange = { at: number; bytes: Buffer } | { size: number };

export type Node = FileNode | DirectoryNode | LinkNode;

export interface FileNode {
  kind: 'file';
  durable: Buffer;
  pending: DataChange[];
}

export interface DirectoryNode {
  kind: 'directory';
  /** The content as the program sees it, and as it certainly is on the disk. */
  names: Map<string, Node>;
  durable: Map<string, Node>;
}

interface LinkNode {
  kind: 'link';
  target: string;
}

/** A name that is added, removed or changed. */
export interface NameEffect {
  directory: DirectoryNode;
  name: string;
  node: Node | undefined;
}

/** A change of names, all or nothing: a rename has two effects. */
export type NameChange = NameEffect[];

export const newFile = (content = Buffer.alloc(0)): FileNode => ({
  kind: 'file',
  durable: content,
  pending: [],
});
export const newDirectory = (): DirectoryNode => ({
  kind: 'directory',
  names: new Map(),
  durable: new Map(),
});

export function applyData(content: Buffer, change: DataChange): Buffer {
  if ('size' in change) return resized(content, change.size);
  const grown = resized(content, Math.max(content.length, change.at + change.bytes.length));
  grown.set(change.bytes, change.at);
  return grown;
}

export function resized(content: Buffer, size: number): Buffer {
  const result = Buffer.alloc(size);
  result.set(content.subarray(0, size));
  return result;
}

const sameName = (a: NameEffect, b: NameEffect): boolean => a.directory === b.directory && a.name === b.name;

/** Whether `later` can only be on the disk after `earlier`: both change one name. */
export function dependsOn(later: NameChange, earlier: NameChange): boolean {
  return later.some((each) => earlier.some((other) => sameName(each, other)));
}

export class DiskModel {
  readonly root = newDirectory();
  pendingNames: NameChange[] = [];

  contentOf(file: FileNode): Buffer {
    return file.pending.reduce(applyData, file.durable);
  }

  changeData(file: FileNode, change: DataChange): void {
    file.pending.push(change);
  }

  changeNames(change: NameChange): void {
    for (const { directory, name, node } of change) setName(directory.names, name, node);
    this.pendingNames.push(change);
  }

  syncFile(file: FileNode): void {
    file.durable = this.contentOf(file);
    file.pending = [];
  }

  /** Makes all changes of the directory's names durable, with the changes that these depend on. */
  syncDirectory(directory: DirectoryNode): void {
    const { pendingNames } = this;
    const synced = new Set<NameChange>();
    for (const change of pendingNames.toReversed()) {
      const isOurs = change.some((effect) => effect.directory === directory);
      if (isOurs || [...synced].some((later) => dependsOn(later, change))) synced.add(change);
    }
    for (const change of pendingNames) if (synced.has(change)) applyNames(change);
    this.pendingNames = pendingNames.filter((change) => !synced.has(change));
  }

  /** Makes everything below a directory durable, and the path to it. */
  syncAll(nodes: Iterable<FileNode>): void {
    for (const file of nodes) this.syncFile(file);
    for (const change of this.pendingNames) applyNames(change);
    this.pendingNames = [];
  }
}

function applyNames(change: NameChange): void {
  for (const { directory, name, node } of change) setName(directory.durable, name, node);
}

export function setName(names: Map<string, Node>, name: string, node: Node | undefined): void {
  if (node === undefined) names.delete(name);
  else names.set(name, node);
}
