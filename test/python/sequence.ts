// The types of the file fuzzer's sequences and their results. file_driver.py reads and writes them as JSON.

/** A method of the driver, by name, and its operands. */
export type Operation = [name: string, ...operands: unknown[]];

/** The options of `open`, as Python and uvfiles both have them. */
export interface SequenceOptions {
  encoding?: string;
  errors?: string;
  newline?: string | null;
  buffering?: number;
}

export interface Sequence {
  op: 'sequence';
  /** What is in the file before, as hexadecimal text. Null for no file. */
  content: string | null;
  mode: string;
  options: SequenceOptions;
  ops: Operation[];
  /** How a second handle of the same descriptor is opened. */
  second?: { mode: string; options: SequenceOptions };
  /** Whether positions may differ. */
  vague?: boolean;
  /** How many bytes a text file decodes at a time. */
  chunk?: number;
}

/** An error, by the kind that both sides can name. */
export interface Failure {
  kind: string | undefined;
  errno?: number;
  start?: number;
  end?: number;
  reason?: string;
}

/** The result of one operation. */
export interface Result {
  value?: unknown;
  error?: Failure;
  /** Python cannot perform this operation, so nothing after it can be compared. */
  incomparable?: boolean;
}

/** The results of a whole sequence. */
export interface Outcome {
  results: Result[];
  close: { error?: Failure };
  content: string | null;
}
