// Python's aiofiles, where it is installed: the library whose interface this one brings to Node.
import { pythonContender } from '../support/python-contender.js';

export default pythonContender({ library: 'aiofiles', order: 80 });
