/** Objects as the API server's own Table shows them (meta.k8s.io/v1). */
import type { Row } from '#cli/index.ts';
import type { Client } from '#kube/index.ts';

const AS_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

interface Table {
  readonly columnDefinitions?: readonly { readonly name: string; readonly priority?: number }[];
  readonly rows?: readonly {
    readonly cells?: readonly unknown[];
    readonly object?: { readonly metadata?: { readonly namespace?: string } };
  }[];
}

export interface TableView {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** @param withNamespace shows it as first column */
export async function readTable(client: Client, path: string, withNamespace: boolean): Promise<TableView> {
  const table = (await client.json({ path, headers: { accept: AS_TABLE } })) as Table;
  const shown = (table.columnDefinitions ?? []).map(({ name, priority = 0 }, i) => ({ name, priority, i }));
  const main = shown.filter(({ priority }) => priority === 0);
  return {
    columns: [...(withNamespace ? ['Namespace'] : []), ...main.map(({ name }) => name)],
    rows: (table.rows ?? []).map(({ cells = [], object }) => ({
      ...(withNamespace ? { Namespace: object?.metadata?.namespace ?? '' } : {}),
      ...Object.fromEntries(main.map(({ name, i }) => [name, textOf(cells[i])])),
    })),
  };
}

/** Cells are texts and numbers; whatever else comes is shown as JSON. */
function textOf(cell: unknown): string {
  if (cell === undefined || cell === null) return '';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}
