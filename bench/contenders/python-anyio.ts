// Python's anyio, where it is installed: its files are what Trio and asyncio programs share.
import { pythonContender } from '../support/python-contender.js';

export default pythonContender({ library: 'anyio', order: 81 });
