// Options of createLane and configure: unless they are an object with known names and valid types, nothing is done.
import { expect } from 'chai';
import { configure, createLane, metrics } from 'uvfiles';

describe('createLane and configure', () => {
  it('reject unknown names, and anything but an object', () => {
    const lane = createLane as (o: unknown) => unknown;
    const settings = configure as (o: unknown) => void;
    for (const [call, wrong, code] of [
      [lane, { name: 'options 1', concurency: 1 }, 'ERR_INVALID_ARG_VALUE'],
      [lane, { name: 'options 1', signal: new AbortController().signal }, 'ERR_INVALID_ARG_VALUE'],
      [lane, { name: 'options 1', inline: 1 }, 'ERR_INVALID_ARG_TYPE'],
      [lane, undefined, 'ERR_INVALID_ARG_TYPE'],
      [lane, 'options 1', 'ERR_INVALID_ARG_TYPE'],
      [settings, { reserveThread: 1 }, 'ERR_INVALID_ARG_VALUE'],
      [settings, { inline: { maxbytes: 1 } }, 'ERR_INVALID_ARG_VALUE'],
      [settings, { inline: { maxBytes: -1 } }, 'ERR_OUT_OF_RANGE'],
      [settings, { inline: 1 }, 'ERR_INVALID_ARG_TYPE'],
      [settings, undefined, 'ERR_INVALID_ARG_TYPE'],
      [settings, null, 'ERR_INVALID_ARG_TYPE'],
    ] as const)
      expect(() => call(wrong), JSON.stringify(wrong))
        .to.throw()
        .with.property('code', code);
    expect(() => lane({ name: 'options 1', Concurrency: 1 })).to.throw('did you mean concurrency?');
    expect(metrics().lanes).not.to.have.property('options 1');
  });
});
