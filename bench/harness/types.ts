// The interfaces between contenders, workloads and the harness.
//
// Only a contender knows the type of its own results. The harness passes them back unchanged. Members are therefore
// declared as methods, because TypeScript lets an implementation narrow their arguments.
import type * as promises from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Fixtures } from './fixtures.js';
import type { Machine } from './header.js';

/** Operations that a contender offers, in the style that is natural to it. */
export type Subject = PromiseSubject | CallbackSubject | SyncSubject | WholeSubject;

/** The styles in which the harness drives one operation at a time: all except a subject that drives itself. */
export type SingleSubject = PromiseSubject | CallbackSubject | SyncSubject;

interface Closable {
  close?(): unknown;
}

/** `run` returns a promise, or a value if nothing has to be awaited. */
export interface PromiseSubject extends Closable {
  readonly style: 'promise';
  run(index: number, slot: number): unknown;
}

/** `run` calls `done` at the end. */
export interface CallbackSubject extends Closable {
  readonly style: 'callback';
  run(index: number, slot: number, done: Done): void;
}

/** `run` returns when the operation is done. There is always one in flight, regardless of the requested number. */
export interface SyncSubject extends Closable {
  readonly style: 'sync';
  run(index: number, slot: number): unknown;
}

/** Performs all operations by itself: outside of JavaScript, or in another process, and returns what it measured. */
export interface WholeSubject extends Closable {
  readonly style: 'whole';
  runAll(total: number, inFlight: number): Promise<Driven | undefined>;
}

/** What a loop over operations measured. Latencies are in microseconds; so is the CPU time per operation. */
export interface Driven {
  readonly operations: number;
  readonly nanoseconds: number;
  readonly latencies: readonly number[];
  readonly cpuUs?: number;
}

export type Done = (error: Error | null | undefined, result?: unknown) => void;

/** Adds to a subject how the bytes of one of its results are found. */
export interface GivesBytes {
  bytesOf(result: unknown, slot: number): Uint8Array;
}

/** Adds to a subject how the size in one of its results is found. */
interface GivesSize {
  sizeOf(result: unknown): number;
}

/** Adds to a subject the file that it writes to. */
export interface WritesFile {
  begin(path: string): unknown;
  finish(): unknown;
}

export type ReadSubject = (SingleSubject & GivesBytes) | WholeSubject;
type StatSubject = (SingleSubject & GivesSize) | WholeSubject;

export interface ReadParams {
  readonly path: string;
  readonly size: number;
  readonly slots: number;
  /** As many as a power of two. */
  readonly positions: Float64Array;
}

interface ObjectParams {
  readonly key: string;
  readonly size: number;
  readonly positions: Float64Array;
}

export interface TreeCopyParams {
  /** A directory of small files, and their paths in it. */
  readonly top: string;
  readonly names: readonly string[];
  /** The prefix in the bucket. */
  readonly upTo: string;
  /** A directory that may not be there yet. */
  readonly downTo: string;
}

/** Copies a tree of files to the bucket and back. */
interface TreeCopier extends Closable {
  /** How many of the files it copies; all unless told. */
  readonly files?: number;
  up(): Promise<void>;
  down(): Promise<void>;
}

/** Names below `top` and the text of each. */
export interface FileTreeParams {
  readonly tree: Readonly<Record<string, string>>;
  readonly top: string;
}

/** Creates a tree of files, reads each, and returns all files at the end. `drop` removes it. */
interface FileTree extends Closable {
  make(): Promise<void>;
  read(name: string): Promise<Uint8Array>;
  snapshot(): Promise<Readonly<Record<string, unknown>>>;
  drop(): Promise<void>;
}

export interface PathsParams {
  readonly paths: readonly string[];
}

export interface SmallCallsParams {
  readonly what: 'read' | 'write';
  readonly path: string;
  readonly size: number;
  readonly count: number;
}

interface BigWriter extends Closable {
  readonly path: string;
  write(bytes: Buffer): Promise<unknown>;
  /** Makes the file empty again. */
  rewind(): Promise<unknown>;
}

type FileHandler = (request: IncomingMessage, response: ServerResponse, name: string) => unknown;

type Maybe<T> = T | undefined | Promise<T | undefined>;

/** The capabilities of a contender. If one returns undefined, it does not support this variant of the job. */
export interface Capabilities {
  atomicWriter(params: { data: Buffer; durable: boolean }): Maybe<{ write(path: string): Promise<unknown> }>;
  bigWriter(params: { path: string }): Maybe<BigWriter>;
  bulkLoad(params: { source: string; copy: string; top: string }): {
    copy(): Promise<unknown>;
    walk(): Promise<unknown>;
  };
  /** Reads a file to its end as a stream; `run` gives the number of bytes. */
  byteStreamer(params: { path: string }): Maybe<SingleSubject>;
  copier(params: object): Maybe<{ copy(source: string, destination: string): Promise<unknown> }>;
  durableAppender(params: { chunk: Buffer }): Maybe<SingleSubject & WritesFile>;
  /** The module that a program imports to use it. */
  importable(params: object): Maybe<{ specifier: string }>;
  /** Answers requests with files below `top`, whose names it receives. */
  fileHandler(params: { top: string }): Maybe<FileHandler>;

  fileTree(params: FileTreeParams): Maybe<FileTree>;
  flatOutReader(params: ReadParams): Maybe<PromiseSubject & { configure?(): void }>;
  lineCounter(params: { path: string; batch: boolean }): Maybe<SingleSubject>;
  manyReads(params: PathsParams): Maybe<SingleSubject>;
  manyStats(params: PathsParams): Maybe<SingleSubject>;
  /** All of node:fs/promises, by whatever implementation. */
  directoryLister(params: { top: string }): Maybe<SingleSubject>;
  promiseFunctions(params: object): typeof promises;
  randomReader(params: ReadParams): Maybe<ReadSubject>;
  s3Lines(params: { key: string }): Maybe<PromiseSubject>;
  s3Reader(params: ObjectParams): Maybe<PromiseSubject & GivesBytes>;
  s3TreeCopy(params: TreeCopyParams): Maybe<TreeCopier>;
  smallCalls(params: SmallCallsParams): Maybe<SingleSubject>;
  smallWriter(params: { chunk: Buffer }): Maybe<SingleSubject & WritesFile>;
  stater(params: PathsParams): Maybe<StatSubject>;
  tempFiles(params: { content: Buffer }): Maybe<PromiseSubject>;
  textReader(params: { path: string }): Maybe<SingleSubject>;
  globber(params: { top: string; pattern: string }): Maybe<SingleSubject>;
  treeCopier(params: object): Maybe<{ copy(source: string, destination: string): Promise<unknown> }>;
  treeRemover(params: object): Maybe<{ remove(path: string): Promise<unknown> }>;
  treeWalker(params: { top: string }): Maybe<SingleSubject>;
  wholeReader(params: PathsParams): Maybe<ReadSubject>;
}

export type Capability = keyof Capabilities;
type ParamsOf<C extends Capability> = Parameters<Capabilities[C]>[0];
type SubjectOf<C extends Capability> = NonNullable<Awaited<ReturnType<Capabilities[C]>>>;

/** One way to do what is measured: a library, a way to use it, or a limit. A file in bench/contenders. */
export interface Contender extends Partial<Capabilities> {
  readonly name: string;
  readonly title: string;
  /** A `peer` is something that programs would use instead. A `limit` shows what is possible at best. */
  readonly kind: 'ours' | 'peer' | 'limit';
  readonly order?: number;
  /** The npm package whose version is printed. */
  readonly package?: string;
  /** The first of the names that a workload requires which the contender's own build of uvfiles lacks. */
  lacks?(required: readonly string[]): string | undefined;
  /** How a child process gets the contender: by another name, or with more in its environment. */
  readonly inChild?: { readonly contender: string; readonly env: Readonly<Record<string, string>> };
  /** What is measured, with its version, where that is no package of node_modules. */
  version?(): string | undefined;
  /** Why the contender cannot take part on this machine; undefined where it can. It may install what it needs. */
  whyNot?(context: Context): string | undefined | Promise<string | undefined>;
}

/** A contender that could not take part, and the reason. */
export interface Absent {
  readonly contender: string;
  readonly reason: string;
}

/** The result of one run of `measure`. */
export interface Sample {
  readonly operations: number;
  readonly nanoseconds: number;
  /** Of the operations that were timed, in microseconds. */
  readonly latencies?: readonly number[];
  /** CPU time per operation in microseconds, where the process's own says nothing. */
  readonly cpuUs?: number;
  /** Figures of this workload alone, by name. */
  readonly values?: Readonly<Record<string, number>>;
  /** The longest delay of the event loop in each tenth of a second, in milliseconds. */
  readonly timeline?: readonly number[];
}

/** The command line, and the files to work on. */
export interface Context {
  readonly quick: boolean;
  /** The names and issues of the requested workloads. None means all. */
  readonly only: readonly string[];
  readonly issues: readonly number[];
  readonly rounds: number;
  readonly roundMs: number;
  readonly fixtures: Fixtures;
}

/** Where a workload lies on a curve: workloads of one `group` differ in `value` alone. */
export interface Scaling {
  readonly group: string;
  /** The meaning of the value, with its unit. */
  readonly of: string;
  readonly value: number;
}

/** The result of a fixture if the workload cannot run here: the reason. */
export interface Skip {
  readonly skip: string;
}

/** One thing to measure. A file in bench/workloads. `C` is what contenders must be able to do. */
export interface Workload<C extends Capability = Capability, Params = ParamsOf<C>, S = SubjectOf<C>> {
  readonly name: string;
  readonly title: string;
  /** The issue that sets its floors. */
  readonly issue: number;
  readonly order?: number;
  /** Whether the inline path is on. Default: false. */
  readonly inline?: boolean;
  readonly capability?: C;
  /** The contender that ratios refer to. */
  readonly baseline?: string;
  /** Dotted names that uvfiles must export. */
  readonly requires?: readonly string[];
  /** Names of contenders in addition to uvfiles. Default: all that support the workload. */
  readonly contenders?: readonly string[];
  /** The number of rounds, if that of the command line does not fit. */
  readonly rounds?: number;
  /** False if a run before the first round would cost too much, or would cache data that must be uncached. */
  readonly warmUp?: boolean;
  readonly firstOperations?: number;
  readonly mostOperations?: number;
  readonly floors?: readonly Floor[];
  /** What must have improved since the build of `--before`, in addition to not being slower. */
  readonly floorsBefore?: readonly Floor[];
  readonly scaling?: Scaling;
  /** The number of operations of one measurement. Default: as many as fill a round. */
  fixedTotal?(context: Context): number;
  fixture?(context: Context): Params | Skip | Promise<Params | Skip>;
  /** Returns the subject. Default: calls the capability. */
  start?(contender: Contender, params: Params, context: Context): S | undefined | Promise<S | undefined>;
  measure(subject: S, params: Params, total: number, context: Context): Sample | Promise<Sample>;
  /** Throws unless results are right; runs before the first round and after each. */
  verify?(subject: S, params: Params): void | Promise<void>;
  cleanup?(params: Params): unknown;
}

/** Any workload, for code that does not depend on what it measures. */
export type AnyWorkload = Workload<Capability, object, object>;

/** A goal of the project, `of` uvfiles unless it names another contender. */
export interface Floor {
  readonly of?: string;
  /** The contender that the figure is compared with. */
  readonly over?: string;
  /** The minimum of the throughput relative to `over`; with `value`, the minimum of that value. */
  readonly atLeast?: number;
  /** The maximum of a value: by itself, or as a ratio to that of `over`. */
  readonly atMost?: number;
  /** The maximum of the ratio of its time to that of `over`. */
  readonly timeAtMost?: number;
  /** The maximum of the ratio of its CPU time to that of `over`. */
  readonly cpuAtMost?: number;
  /** A named value of the sample. */
  readonly value?: string;
  /** The name of the value of `over`, if it differs. */
  readonly reference?: string;
  /** By how much `value` may exceed the value of `over`. */
  readonly plus?: number;
  readonly aheadOfPeers?: boolean;
  readonly text?: string;
  /** Why it may not be reached, and the page that explains it. Printed after "NOT met". */
  readonly reason?: string;
}

/** Bounds between which a median lies with the given confidence, 0 to 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/** A floor with its result. `met` is undefined if there is nothing to compare with. */
export interface Verdict {
  readonly text: string;
  readonly figure: string;
  readonly met?: boolean;
  /** Why it may not be reached, where the documentation says so. */
  readonly reason?: string;
}

/** One round of one contender. */
export interface Round {
  readonly nsPerOp: number;
  readonly operations: number;
  readonly cpuUs: number;
  readonly p50: number;
  readonly p99: number;
  readonly values: Readonly<Record<string, number>>;
  /** Latencies in microseconds at the shares of `curveShares`; missing where none were taken. */
  readonly curve?: readonly number[];
  readonly timeline?: readonly number[];
}

interface Head {
  readonly contender: string;
  readonly title: string;
  readonly kind: Contender['kind'];
}

/** A contender that gave wrong results or none. */
interface Failure extends Head {
  readonly failure: string;
  readonly stack: string;
}

/** The medians of a contender's rounds, and the rounds. */
export interface Figures extends Head, Omit<Round, 'operations' | 'timeline'> {
  readonly failure?: undefined;
  /** Throughput relative to the baseline; NaN if there is none. */
  readonly ratio: number;
  readonly ratioInterval?: Interval;
  readonly samples: readonly Round[];
}

export type Result = Figures | Failure;

/** A workload with what was measured, as it is printed and written. */
export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly issue: number;
  readonly inline: boolean;
  readonly results: readonly Result[];
  readonly floors: readonly Verdict[];
  readonly absent: readonly Absent[];
  /** The share of the processors that other programs used while this ran, 0 to 1. */
  readonly othersBusy?: number;
  /** The share of the processors that a hypervisor gave to others while this ran. */
  readonly stolen?: number;
  /** How long all of it took. */
  readonly seconds?: number;
  readonly scaling?: Scaling;
  readonly missing?: string;
  readonly skipped?: string;
}

/** All results of one run of the benchmark: what --json writes, and what reports are made from. */
export interface Run {
  readonly machine: Machine;
  /** The versions of everything that took part, such as `piscina 5.3.2`. */
  readonly versions: readonly string[];
  readonly measured: readonly Measured[];
}
