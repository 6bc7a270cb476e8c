// send: what Express answers static files with.
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'send',
  title: 'send',
  kind: 'peer',
  order: 53,
  package: 'send',
  async fileHandler({ top: root }) {
    const { default: send } = await import('send');
    return (request, response, name) => send(request, name, { root }).pipe(response);
  },
};

export default contender;
