// Skips a test where something that it needs is missing, and prints what.

export function skip(context: Mocha.Context, reason: string): never {
  console.log(`      skipped: ${reason}: ${context.test?.title ?? ''}`);
  return context.skip();
}
