/** What an API server must do for kubectl and for this project's controllers, over HTTP, whoever's it is. */
import { after, before, describe } from 'node:test';
import { type Access, type Api, createApi } from './api.ts';
import { accountCases } from './accounts.ts';
import { authorizationCases } from './authorization.ts';
import { collectionCases } from './collections.ts';
import { customCases } from './custom-kinds.ts';
import { deletionCases } from './deletion.ts';
import { patchCases } from './patches.ts';
import { refusalCases } from './refusals.ts';
import { requestCases } from './requests.ts';
import { ruleCases } from './rules.ts';
import { serviceCases } from './services.ts';
import { watchCases } from './watches.ts';
import { writeCases } from './writes.ts';

export interface Target {
  readonly access: Access;
  close(): Promise<void>;
}

/** What a case is given: the server, and a namespace that is new for each call. */
export interface Stage {
  readonly api: Api;
  readonly access: Access;
  readonly namespace: () => Promise<string>;
  /** The server as somebody else sees it: the admin impersonates him. */
  readonly as: (user: string, ...groups: string[]) => Api;
}

export function apiSuite(name: string, start: () => Promise<Target>): void {
  describe(`api server: ${name}`, () => {
    let target: Target;
    let api: Api;
    let count = 0;
    const others: Api[] = [];
    before(async () => {
      target = await start();
      api = createApi(target.access);
    });
    after(async () => {
      for (const one of [api, ...others]) one.close();
      await target.close();
    });
    const stage = (): Stage => ({
      api,
      access: target.access,
      as(user, ...groups) {
        const headers = { 'impersonate-user': user, ...(groups.length > 0 && { 'impersonate-group': groups }) };
        const other = createApi({ ...target.access, headers });
        others.push(other);
        return other;
      },
      async namespace() {
        const metadata = { name: `case-${(count += 1)}` };
        const { status } = await api.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
        if (status !== 201) throw new Error(`namespace: ${status}`);
        return metadata.name;
      },
    });
    describe('writes', () => writeCases(stage));
    describe('patches', () => patchCases(stage));
    describe('deletion', () => deletionCases(stage));
    describe('lists', () => collectionCases(stage));
    describe('watches', () => watchCases(stage));
    describe('services', () => serviceCases(stage));
    describe('custom kinds', () => customCases(stage));
    describe('authorization', () => authorizationCases(stage));
    describe('accounts', () => accountCases(stage));
    describe('rules', () => ruleCases(stage));
    describe('requests', () => requestCases(stage));
    describe('refusals', () => refusalCases(stage));
  });
}
