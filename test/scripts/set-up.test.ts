// What `npm start`, `npm test` and `npm run build` print when the addon does not compile.
import { expect } from 'chai';

import { firstError } from '../../scripts/steps/addon.js';

describe('the first error of a failed build', () => {
  it('is the first error of the compiler, with its lines', () => {
    const output = `gyp info it worked if it ends with ok
make: Entering directory '/tmp/build'
  CXX(target) Release/obj.target/uvfiles/src-native/core/a.o
  CXX(target) Release/obj.target/uvfiles/src-native/core/b.o
../src-native/core/a.cc: In function 'int main()':
../src-native/core/a.cc:3:10: warning: unused variable 'x' [-Wunused-variable]
    3 |   int x;
../src-native/core/b.cc:7:3: error: 'nothing' was not declared in this scope
    7 |   nothing();
      |   ^~~~~~~
  CXX(target) Release/obj.target/uvfiles/src-native/core/c.o
../src-native/core/c.cc:1:10: fatal error: missing.h: No such file or directory
make: *** [uvfiles.target.mk:130: Release/obj.target/uvfiles/src-native/core/b.o] Error 1
make: Leaving directory '/tmp/build'
gyp ERR! build error
gyp ERR! stack Error: \`make\` failed with exit code: 2
gyp ERR! not ok
`;
    expect(firstError(output)).to.equal(
      `../src-native/core/b.cc:7:3: error: 'nothing' was not declared in this scope
    7 |   nothing();
      |   ^~~~~~~`,
    );
  });

  it('is the error of node-gyp if nothing was compiled', () => {
    const output = `gyp info it worked if it ends with ok
gyp ERR! configure error
gyp ERR! stack Error: Could not find any Python installation to use
gyp ERR! stack at PythonFinder.fail
gyp ERR! System Linux
`;
    expect(firstError(output)).to.equal(
      'gyp ERR! stack Error: Could not find any Python installation to use',
    );
  });

  it('is the end of the output if no line contains an error', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    expect(firstError(lines.join('\n'))).to.equal(lines.slice(10).join('\n'));
  });
});
