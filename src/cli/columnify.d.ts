declare module 'columnify' {
  interface ColumnifyOptions {
    readonly columns?: readonly string[];
    readonly columnSplitter?: string;
    readonly headingTransform?: (heading: string) => string;
    readonly preserveNewLines?: boolean;
  }
  const columnify: (rows: readonly Readonly<Record<string, unknown>>[], options?: ColumnifyOptions) => string;
  export = columnify;
}
