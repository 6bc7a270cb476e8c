// Patterns over whole absolute paths, with the names of `os.glob`; wildcards match hidden names, too.
import { GLOBSTAR, type Part, parsePatterns } from '../os/glob/pattern.js';

type Step = string | Part;

/** Whether a path matches `pattern`. @throws TypeError for a bad pattern */
export function pathMatcher(pattern: string, argument: string): (path: string) => boolean {
  const alternatives = parsePatterns(pattern, argument, { dot: true, noCase: false }).map(
    ({ base, rest }): Step[] => [...base.split('/').filter((name) => name !== ''), ...rest],
  );
  return (path) => {
    const names: string[] = [];
    for (const name of path.split('/')) {
      if (name === '..') names.pop();
      else if (name !== '' && name !== '.') names.push(name);
    }
    return alternatives.some((steps) => fits(steps, 0, names, 0));
  };
}

function fits(steps: readonly Step[], step: number, names: readonly string[], name: number): boolean {
  if (step === steps.length) return name === names.length;
  const each = steps[step]!;
  if (each === GLOBSTAR) {
    for (let from = name; from <= names.length; from++) if (fits(steps, step + 1, names, from)) return true;
    return false;
  }
  if (name === names.length) return false;
  const isFit = typeof each === 'string' ? each === names[name] : each.matcher.fits(names[name]!);
  return isFit && fits(steps, step + 1, names, name + 1);
}
