// What `npm run docs -- --check` says of functions that the reference does not describe in full.
import { expect } from 'chai';
import { gaps } from '../../scripts/site/gaps.js';

const text = (words: string) => [{ kind: 'text', text: words }];

function withTags(...tags: string[]) {
  const blockTags = tags.map((tag) => ({ tag, content: text('words') }));
  const comment = { summary: text('Does it.'), blockTags };
  return {
    name: 'project',
    kind: 1,
    children: [{ name: 'work', kind: 64, signatures: [{ name: 'work', kind: 4096, comment }] }],
  };
}

describe('the check of the reference', () => {
  it('accepts a function that has every heading', () => {
    expect(gaps(withTags('@returns', '@throws', '@cancelling', '@platforms', '@example'))).to.deep.equal([]);
  });

  it('names each heading that a function lacks', () => {
    expect(gaps(withTags('@returns', '@example'))).to.deep.equal([
      'work does not say its errors (@throws)',
      'work does not say what an abort does (@cancelling)',
      'work does not say how platforms differ (@platforms)',
    ]);
  });

  const methodOf = (classTags: string[], tags: string[], result: string) => {
    const commentWith = (given: string[]) => ({
      summary: text('Does it.'),
      blockTags: given.map((tag) => ({ tag, content: text('words') })),
    });
    const promise = {
      type: 'reference',
      name: 'Promise',
      typeArguments: [{ type: 'intrinsic', name: result }],
    };
    const signature = { name: 'work', kind: 4096, comment: commentWith(tags), type: promise };
    const method = { name: 'work', kind: 2048, signatures: [signature] };
    const file = { name: 'File', kind: 128, comment: commentWith(classTags), children: [method] };
    return { name: 'project', kind: 1, children: [file] };
  };

  it('names each heading that neither a method nor its class has', () => {
    expect(gaps(methodOf(['@cancelling', '@example'], ['@returns'], 'number'))).to.deep.equal([
      'File.work does not say its errors (@throws)',
      'File.work does not say how platforms differ (@platforms)',
    ]);
  });

  it('does not require @returns of a method that resolves to nothing', () => {
    const all = ['@throws', '@cancelling', '@platforms', '@example'];
    expect(gaps(methodOf(all, [], 'void'))).to.deep.equal([]);
    expect(gaps(methodOf(all, [], 'number'))).to.deep.equal([
      'File.work does not say what it returns (@returns)',
    ]);
  });

  it('names a class without an example', () => {
    expect(gaps(methodOf(['@throws', '@cancelling', '@platforms'], ['@example'], 'void'))).to.deep.equal([
      'File does not say how to use it (@example)',
    ]);
  });

  it('names a function without any documentation', () => {
    const children = [{ name: 'work', kind: 64, signatures: [{ name: 'work', kind: 4096 }] }];
    expect(gaps({ name: 'project', kind: 1, children })).to.deep.equal(['work has no documentation']);
  });
});
