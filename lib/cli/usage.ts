// Wrong usage of a command.

/** A command line that cannot be understood: the program ends with exit code 2. */
export class UsageError extends Error {}
