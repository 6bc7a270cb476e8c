// What every error class has in common: a stable `code`, and an `instanceof` that also recognises errors of another copy of
// the package.

/** Makes `instanceof` answer by code, so that two installed copies of the package recognise each other's errors. */
export function brandedInstanceOf(ErrorClass: object, code: string): void {
  const brand = Symbol.for(`uvfiles.error.${code}`);
  Object.defineProperty((ErrorClass as { prototype: object }).prototype, brand, { value: true });
  Object.defineProperty(ErrorClass, Symbol.hasInstance, {
    value(this: unknown, instance: unknown): boolean {
      // A subclass of a program keeps the ordinary `instanceof`.
      if (this !== ErrorClass) return Function.prototype[Symbol.hasInstance].call(this, instance);
      return typeof instance === 'object' && instance !== null && brand in instance;
    },
  });
}
