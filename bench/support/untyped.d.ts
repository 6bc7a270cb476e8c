// What benchmarks use of packages that bring no types.
declare module 'write-file-atomic' {
  export default function writeFileAtomic(
    path: string,
    data: Buffer,
    options?: { fsync?: boolean },
  ): Promise<void>;
}
