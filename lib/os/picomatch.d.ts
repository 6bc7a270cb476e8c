// The part of picomatch that is used here; it has no types of its own.
declare module 'picomatch' {
  interface PicomatchOptions {
    dot?: boolean;
    nocase?: boolean;
    nonegate?: boolean;
  }
  export default function picomatch(pattern: string, options?: PicomatchOptions): (text: string) => boolean;
}
