// The C++ compiler that the scripts run.
import { expect } from 'chai';

import { cxx } from '../../scripts/support/compiler.js';

describe('the C++ compiler', () => {
  const given = process.env.CXX;
  afterEach(() => {
    if (given === undefined) delete process.env.CXX;
    else process.env.CXX = given;
  });

  it('is a program and its first arguments if CXX has several words', () => {
    process.env.CXX = ' ccache  g++-12 ';
    expect(cxx()).to.deep.equal(['ccache', 'g++-12']);
    process.env.CXX = 'clang++';
    expect(cxx('c++')).to.deep.equal(['clang++']);
  });

  it('is the default one if CXX is empty or not set', () => {
    process.env.CXX = '';
    expect(cxx()).to.deep.equal(['g++']);
    delete process.env.CXX;
    expect(cxx('c++')).to.deep.equal(['c++']);
  });
});
