// Resolves a path as the kernel does: one name after another, through links.
import { fail } from './errors.js';
import { DirectoryNode, type Inode, LinkNode } from './inode.js';
import { isLonger } from './names.js';
import { type Credentials, MAY_EXECUTE } from './user.js';

const LONGEST_PATH = 4095;
const LONGEST_NAME = 255;
export const MOST_LINKS = 40;
const SLASH = 47;

/** What a walk needs from the file system. */
export interface Walked {
  readonly root: DirectoryNode;
  readonly credentials: Credentials;
  /** The entry of a name in a directory. */
  entry(directory: DirectoryNode, name: string): Inode | undefined;
  touch(inode: Inode): void;
}

/** The last name of a path, and its directory. */
export interface Place {
  readonly directory: DirectoryNode;
  readonly name: string;
  /** Whether slashes follow, so that it must be a directory. */
  readonly slash: boolean;
  /** `name`, or a path that ends in a directory without naming it. */
  readonly kind: 'name' | 'dot' | 'dotdot' | 'root';
}

/** Throws ENOENT if a path is empty, and ENAMETOOLONG if it is too long. */
function requirePath(path: string): void {
  if (path === '') fail('ENOENT');
  if (isLonger(path, LONGEST_PATH)) fail('ENAMETOOLONG');
}

/** The entry of a name in a directory. Throws ENAMETOOLONG if the name is too long. */
export function entryOf(files: Walked, directory: DirectoryNode, name: string): Inode | undefined {
  if (isLonger(name, LONGEST_NAME)) fail('ENAMETOOLONG');
  return files.entry(directory, name);
}

/** One walk. It limits the total number of links that it follows. */
export class Walk {
  readonly #files: Walked;
  #links = 0;

  constructor(files: Walked) {
    this.#files = files;
  }

  /** The place of a path. */
  place(path: string): Place {
    requirePath(path);
    return this.#placeFrom(this.#files.root, path);
  }

  /** The inode at `place`; undefined if there is none. Does not follow a link. */
  entry(place: Place): Inode | undefined {
    if (place.kind === 'root') return this.#files.root;
    if (place.kind === 'dot') return place.directory;
    if (place.kind === 'dotdot') return place.directory.parent;
    return entryOf(this.#files, place.directory, place.name);
  }

  /** The inode that a path leads to. Throws ENOENT if there is none. */
  find(path: string, follow: boolean): Inode {
    return this.at(this.place(path), follow);
  }

  /** The inode at `place`. Throws ENOENT if there is none. */
  at(place: Place, follow: boolean): Inode {
    let inode = this.entry(place);
    if (inode === undefined) return fail('ENOENT');
    if (inode instanceof LinkNode && (follow || place.slash))
      inode = this.at(this.follow(inode, place.directory), true);
    if (place.slash && !(inode instanceof DirectoryNode)) fail('ENOTDIR');
    return inode;
  }

  /** The place that a link in `directory` leads to. */
  follow(link: LinkNode, directory: DirectoryNode): Place {
    if (this.#links++ >= MOST_LINKS) fail('ELOOP');
    const files = this.#files;
    files.touch(link);
    const { target } = link;
    if (target.charCodeAt(0) === SLASH) return this.#placeFrom(files.root, target);
    return this.#placeFrom(directory, target);
  }

  #placeFrom(from: DirectoryNode, path: string): Place {
    const { credentials } = this.#files;
    let directory = from;
    let start = afterSlashes(path, 0);
    if (start === path.length) return { directory, name: '', slash: false, kind: 'root' };
    for (;;) {
      credentials.require(directory, MAY_EXECUTE);
      const slash = path.indexOf('/', start);
      const end = slash === -1 ? path.length : slash;
      const next = afterSlashes(path, end);
      const name = path.slice(start, end);
      const kind = name === '.' ? 'dot' : name === '..' ? 'dotdot' : 'name';
      const place: Place = { directory, name, slash: slash !== -1, kind };
      if (next === path.length) return place;
      const inode = this.at(place, true);
      if (!(inode instanceof DirectoryNode)) return fail('ENOTDIR');
      directory = inode;
      start = next;
    }
  }
}

function afterSlashes(path: string, from: number): number {
  let i = from;
  while (path.charCodeAt(i) === SLASH) i++;
  return i;
}
