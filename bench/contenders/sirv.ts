// sirv: what Vite and SvelteKit answer static files with. It reads the status of all files once, when it starts.
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'sirv',
  title: 'sirv',
  kind: 'peer',
  order: 54,
  package: 'sirv',
  async fileHandler({ top }) {
    const { default: sirv } = await import('sirv');
    const handle = sirv(top, { etag: true });
    return (request, response, name) => {
      request.url = `/${name}`;
      handle(request, response);
    };
  },
};

export default contender;
