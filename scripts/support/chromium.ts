// A headless Chromium, controlled through a pipe with the DevTools protocol: it opens pages, runs functions in them, and
// reports their errors. https://chromedevtools.github.io/devtools-protocol/
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

const PROGRAMS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const LIMIT_MS = 60_000;

type Answer = Record<string, unknown>;
interface Message {
  id?: number;
  method?: string;
  sessionId?: string;
  params?: Answer;
  result?: Answer;
  error?: { message: string };
}

/** The browser of this machine: `CHROMIUM`, or where systems keep it. Undefined if there is none. */
export function findChromium(): string | undefined {
  return process.env.CHROMIUM ?? PROGRAMS.find((each) => existsSync(each));
}

/** One page. Its errors (of scripts, requests and the console) are gathered in `errors`. */
export class Page {
  readonly errors: string[] = [];
  private readonly browser: Chromium;
  private readonly session: string;
  private loaded?: () => void;

  constructor(browser: Chromium, session: string) {
    this.browser = browser;
    this.session = session;
  }

  /** @internal */
  hear({ method, params = {} }: Message): void {
    const text = JSON.stringify(params);
    const entry = params.entry as { level: string } | undefined;
    if (method === 'Page.loadEventFired') this.loaded?.();
    else if (method === 'Runtime.exceptionThrown' || method === 'Network.loadingFailed')
      this.errors.push(text);
    else if (method === 'Runtime.consoleAPICalled' && params.type === 'error') this.errors.push(text);
    else if (method === 'Log.entryAdded' && entry?.level === 'error') this.errors.push(text);
  }

  send(method: string, params: Answer = {}): Promise<Answer> {
    return this.browser.send(method, params, this.session);
  }

  /** Resolves when the page and all it needs are loaded. */
  async goto(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      this.loaded = resolve;
    });
    const { errorText } = await this.send('Page.navigate', { url });
    if (errorText !== undefined) throw new Error(`${url}: ${JSON.stringify(errorText)}`);
    await loaded;
  }

  resize(width: number, height: number): Promise<Answer> {
    return this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 500,
    });
  }

  prefer(scheme: 'light' | 'dark'): Promise<Answer> {
    return this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: scheme }],
    });
  }

  /** The value of an expression in the page, which is awaited. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: T }).value;
  }
}

/** A running Chromium. Close it at the end. */
export class Chromium {
  private readonly waiting = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: Error) => void }
  >();
  private readonly pages = new Map<string, Page>();
  private readonly child: ChildProcess;
  private readonly profile: string;
  private last = 0;
  private rest = '';

  private constructor(child: ChildProcess, profile: string) {
    this.child = child;
    this.profile = profile;
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      this.receive(text);
    });
    child.once('exit', () => {
      this.fail('Chromium has ended');
    });
    child.once('error', (error) => {
      this.fail(error.message);
    });
  }

  static launch(program: string): Chromium {
    // Short: a socket below it has a path of at most 107 bytes.
    const profile = mkdtempSync(path.join(os.tmpdir(), 'chromium-'));
    const child = spawn(
      program,
      [
        ...['--headless=new', '--remote-debugging-pipe', '--no-sandbox', '--disable-gpu', '--no-first-run'],
        ...['--disable-dev-shm-usage', '--disable-background-networking', `--user-data-dir=${profile}`],
      ],
      // A group of its own: its helpers, too, write to the profile until they end.
      {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
        detached: true,
        env: { ...process.env, TMPDIR: profile }, // it leaves a directory there
      },
    );
    return new Chromium(child, profile);
  }

  async open(): Promise<Page> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId as string);
    this.pages.set(sessionId as string, page);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await page.send(`${domain}.enable`);
    return page;
  }

  send(method: string, params: Answer = {}, sessionId?: string): Promise<Answer> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error(`Chromium did not answer ${method} within ${LIMIT_MS / 1000} s`));
      }, LIMIT_MS);
      const settled = (settle: () => void): void => {
        clearTimeout(limit);
        settle();
      };
      this.waiting.set(id, {
        resolve: (answer) => {
          settled(() => {
            resolve(answer);
          });
        },
        reject: (error) => {
          settled(() => {
            reject(error);
          });
        },
      });
      (this.child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode === null && this.child.signalCode === null) {
      process.kill(-this.child.pid!, 'SIGKILL');
      await ended;
    }
    for (let tries = 0; ; tries++) {
      try {
        rmSync(this.profile, { recursive: true, force: true });
        return;
      } catch (error) {
        if (tries === 100) throw error; // ten seconds after the last of them was killed
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  private receive(text: string): void {
    const parts = (this.rest + text).split('\0');
    this.rest = parts.pop()!;
    for (const part of parts) {
      const message = JSON.parse(part) as Message;
      const asked = this.waiting.get(message.id ?? 0);
      if (asked === undefined) {
        this.pages.get(message.sessionId ?? '')?.hear(message);
        continue;
      }
      this.waiting.delete(message.id!);
      if (message.error === undefined) asked.resolve(message.result ?? {});
      else asked.reject(new Error(message.error.message));
    }
  }

  private fail(why: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(why));
    this.waiting.clear();
  }
}
