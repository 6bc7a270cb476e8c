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
  it('passes a function that has every heading', () => {
    expect(gaps(withTags('@returns', '@throws', '@cancelling', '@platforms', '@example'))).to.deep.equal([]);
  });

  it('names each heading that a function lacks', () => {
    expect(gaps(withTags('@returns', '@example'))).to.deep.equal([
      'work does not say its errors (@throws)',
      'work does not say what an abort does (@cancelling)',
      'work does not say how platforms differ (@platforms)',
    ]);
  });

  it('names a function without any documentation', () => {
    const children = [{ name: 'work', kind: 64, signatures: [{ name: 'work', kind: 4096 }] }];
    expect(gaps({ name: 'project', kind: 1, children })).to.deep.equal(['work has no documentation']);
  });
});
