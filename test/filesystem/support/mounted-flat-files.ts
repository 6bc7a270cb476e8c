// A fresh file system of the tests' own for each test, mounted at a prefix.
import { expect } from 'chai';
import { type Mount, mount } from 'uvfiles/filesystem';

import { FlatFiles } from './flat-files.js';

/** To be called in a `describe`. Each test must close the files that it opens. */
export function mountedFlatFiles(prefix: string): { readonly files: FlatFiles } {
  const state = { files: new FlatFiles() };
  let mounted: Mount;
  beforeEach(() => {
    state.files = new FlatFiles();
    mounted = mount(prefix, state.files);
  });
  afterEach(() => {
    mounted.unmount();
    expect(state.files.openFiles).to.equal(0);
  });
  return state;
}
