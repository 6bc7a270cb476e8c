// Patterns over whole absolute paths, with the names of `os.glob`; wildcards match hidden names, too.
import { literalPart, parsePatterns } from '../os/glob/pattern.js';
import { after, isMatched, PatternNode } from '../os/glob/pattern-tree.js';

/** Whether a path matches `pattern`. @throws TypeError for a bad pattern */
export function pathMatcher(pattern: string, argument: string): (path: string) => boolean {
  const tree = new PatternNode();
  for (const { base, rest } of parsePatterns(pattern, argument, { dot: true, noCase: false })) {
    const above = base.split('/').filter((name) => name !== '');
    tree.add({ rest: [...above.map(literalPart), ...rest], directoriesOnly: false });
  }
  return (path) => {
    const names: string[] = [];
    for (const name of path.split('/')) {
      if (name === '..') names.pop();
      else if (name !== '' && name !== '.') names.push(name);
    }
    return isMatched(names.reduce((state, name) => after(state, name, true), tree.state));
  };
}
