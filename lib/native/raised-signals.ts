// A program that listens for a signal often ends its listener by sending itself that signal again, to die of it as if it
// had not listened. Between the listener's removal, which puts the default back, and that call nothing else gets a turn:
// the temporary files would stay. So the call itself sees to it that they go.
import { addon } from './addon.js';

/** From now on `process.kill`, before it sends this process a signal, has what is registered cleaned up by it. */
export function watchRaisedSignals(): void {
  if (process.platform === 'win32') return;
  const send = process.kill.bind(process);
  const kill: typeof process.kill = (pid, signal) => {
    // Zero and less are groups, which this process may belong to.
    if (pid <= 0 || pid === process.pid) addon.rewatchSignals();
    return send(pid, signal);
  };
  // A hardened `process` keeps its own: the thread that looks every quarter of a second is then all there is.
  Reflect.defineProperty(process, 'kill', { value: kill });
}
