// Retries requests for locks that are held outside this thread, because waiting for a wake-up would occupy a thread. One
// timer serves all requests. The pauses grow from 1 to 50 ms and vary, so that processes do not run in step.
import { clearTimeout, now, setTimeout } from '../timers.js';

const SHORTEST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;
/** The maximum number of requests that are retried at a time, because the rest of the program needs the thread pool, too. */
const AT_A_TIME = 64;

// When each request is due, in the order in which they failed.
const waiting = new Map<() => void, number>();
const pauses = new WeakMap<() => void, number>();
let timer: NodeJS.Timeout | undefined;
let timerDue = Infinity;

/** Calls `attempt` once after a pause. The pause grows from one retry to the next. */
export function retryLater(attempt: () => void): void {
  const pause = pauses.get(attempt) ?? SHORTEST_PAUSE_MS;
  pauses.set(attempt, Math.min(pause * 2, LONGEST_PAUSE_MS));
  const due = now() + pause * (0.5 + Math.random() / 2);
  waiting.set(attempt, due);
  startTimer(due);
}

/** Cancels the retry. */
export function forgetRetry(attempt: () => void): void {
  if (!waiting.delete(attempt) || waiting.size > 0) return;
  clearTimeout(timer);
  timer = undefined;
  timerDue = Infinity;
}

function startTimer(due: number): void {
  if (due >= timerDue) return;
  clearTimeout(timer);
  timerDue = due;
  timer = setTimeout(retryDue, Math.max(0, due - now()));
}

function retryDue(): void {
  timer = undefined;
  timerDue = Infinity;
  const time = now();
  let left = AT_A_TIME;
  let next = Infinity;
  for (const [attempt, due] of waiting) {
    if (due > time || left === 0) {
      next = Math.min(next, Math.max(due, time + SHORTEST_PAUSE_MS));
      continue;
    }
    left--;
    waiting.delete(attempt);
    attempt();
  }
  if (next !== Infinity) startTimer(next);
}
