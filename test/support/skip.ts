// Skips a test if something that it needs is missing, and prints the reason.

export function skip(context: Mocha.Context, reason: string): never {
  console.log(`      skipped: ${reason}: ${context.test?.title ?? ''}`);
  return context.skip();
}
