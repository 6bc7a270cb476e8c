// Puts load on an HTTP server over connections that stay open. With a rate, requests are due at fixed times, regardless of
// earlier ones, and a latency counts from the time at which its request was due. So a server that stalls cannot hide the
// requests that could not be sent meanwhile (coordinated omission). Without a rate, each connection sends its next request at
// once.
import { performance } from 'node:perf_hooks';
import { collectGarbage } from '../harness/garbage.js';
import { percentile } from '../harness/statistics.js';
import { serve } from '../harness/service.js';
import { HttpConnection } from './http-connection.js';

/** One stretch of load. */
export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second; without it, as many as the server answers. */
  readonly rate?: number;
  /** How many paths there are: `/0`, `/1` and so on. */
  readonly paths: number;
}

/** Latencies in milliseconds. */
export interface LoadFigures {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly p9999: number;
  readonly max: number;
  /** About two thousand of the latencies, evenly spread over the sorted ones, in microseconds. */
  readonly latencies: readonly number[];
}

serve({ load });

async function load({ port, connections, seconds, rate, paths }: Load): Promise<LoadFigures> {
  const all = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(port)));
  const draw = random(paths);
  collectGarbage();
  const latencies: number[] = [];
  const start = performance.now();
  // When the request of this number is due; undefined when there are no more.
  const due = (number: number): number | undefined => {
    if (rate !== undefined) return number < rate * seconds ? start + (number * 1000) / rate : undefined;
    const now = performance.now();
    return now < start + seconds * 1000 ? now : undefined;
  };
  await new Promise<void>((resolve, reject) => {
    const idle = [...all];
    let next = 0;
    const sendDue = (): void => {
      for (let from = due(next); idle.length > 0; from = due(next)) {
        if (from === undefined || from > performance.now()) break;
        send(idle.pop()!, from);
      }
      if (idle.length === all.length && due(next) === undefined) resolve();
    };
    const send = (connection: HttpConnection, from: number): void => {
      next++;
      connection.get(draw(), (error) => {
        if (error !== undefined) return void reject(error);
        latencies.push(performance.now() - from);
        idle.push(connection);
        sendDue();
      });
    };
    // Ends with the process, or by the code below.
    clock = setInterval(sendDue, 1);
    sendDue();
  }).finally(() => {
    clearInterval(clock);
    for (const connection of all) connection.close();
  });
  return figures(latencies, (performance.now() - start) / 1000);
}

let clock: NodeJS.Timeout | undefined;

function figures(latencies: number[], seconds: number): LoadFigures {
  const sorted = latencies.sort((a, b) => a - b);
  const step = Math.max(1, Math.floor(sorted.length / 2000));
  return {
    requests: sorted.length,
    seconds,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    p999: percentile(sorted, 0.999),
    p9999: percentile(sorted, 0.9999),
    max: percentile(sorted, 1),
    latencies: sorted
      .filter((_, index) => index % step === 0 || index === sorted.length - 1)
      .map((ms) => ms * 1e3),
  };
}

/** The same numbers below `limit` in every run. */
function random(limit: number): () => number {
  let state = 0x2545f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
