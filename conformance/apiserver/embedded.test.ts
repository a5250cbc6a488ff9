/** The suite on the embedded server, over both of its stores. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '#apiserver/index.ts';
import { startEmbedded } from './embedded.ts';
import { apiSuite } from './suite.ts';

apiSuite('embedded, in memory', () => startEmbedded());

apiSuite('embedded, on disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealane-apiserver-'));
  const store = openSqliteStore({ path: join(folder, 'test.db') });
  const server = await startEmbedded({ store });
  return {
    access: server.access,
    async close() {
      await server.close();
      store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
