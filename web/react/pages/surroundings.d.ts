// What the code on the pages expects of the program around it.

declare function show(size: string, color: string, available: number): void;
declare function tell(text: string): void;
declare function ask(what: string): Promise<string>;
declare function offer(
  text: string,
  answers: { accept: () => Promise<unknown>; reject: (reason: string) => Promise<unknown> },
): void;
declare function map(location: { latitude: number; longitude: number }, timestamp: string): void;
declare const keychain: {
  get(name: string): string | undefined;
  number(name: string): number;
  set(name: string, value: string | undefined): void;
};
