// What every error class of the library has in common: a stable `code`, and a brand by which `instanceof` knows
// errors of another copy of the package as well.

/** Makes `instanceof` answer by code, so that two installed copies of the package recognise each other's errors. */
export function brandedInstanceOf(ErrorClass: object, code: string): void {
  const brand = Symbol.for(`uvfiles.error.${code}`);
  Object.defineProperty((ErrorClass as { prototype: object }).prototype, brand, { value: true });
  Object.defineProperty(ErrorClass, Symbol.hasInstance, {
    value(this: unknown, instance: unknown): boolean {
      // A subclass that somebody made asks about itself, not about the family.
      if (this !== ErrorClass) return Function.prototype[Symbol.hasInstance].call(this, instance);
      return typeof instance === 'object' && instance !== null && brand in instance;
    },
  });
}
