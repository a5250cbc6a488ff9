/** Door of `objects`: Kubernetes mechanics, pure. */
export { type ApplyOutcome, type ApplyRequest, serverSideApply } from './apply/server-side-apply.ts';
export { type TrackRequest, trackUpdate } from './apply/track-update.ts';
export { findCondition, setCondition } from './conditions.ts';
export { canonical, clone, deepEqual } from './equal.ts';
export {
  asJson,
  isArray,
  isDeeperThan,
  isObject,
  objectIn,
  objectOf,
  own,
  textOf,
  withKey,
  type Json,
  type JsonArray,
  type JsonObject,
} from './json.ts';
export {
  apiVersionOf,
  type Condition,
  type KubeObject,
  keyOf,
  type Meta,
  type OwnerReference,
  type ResourceType,
  splitKey,
  type WatchEvent,
  type WatchEventType,
} from './meta.ts';
export { applyJsonPatch } from './patch/json-patch.ts';
export { applyMergePatch } from './patch/merge-patch.ts';
export { applyStrategicPatch } from './patch/strategic-patch.ts';
export {
  accepted,
  invalid,
  invalidText,
  type Problem,
  type ProblemReason,
  problemText,
  type Result,
  refused,
} from './problem.ts';
export { compilePattern } from './schema/pattern.ts';
export { applyDefaults } from './schema/apply-defaults.ts';
export { checkStructural } from './schema/check-structural.ts';
export { objectMetaSchema, wholeObjectSchema } from './schema/object-meta.ts';
export { type Pruned, prune } from './schema/prune.ts';
export { MAX_DEPTH, type Schema, type SchemaLookup, type SchemaType } from './schema/schema.ts';
export { validate } from './schema/validate.ts';
export { type ContinueToken, decodeContinue, encodeContinue } from './store/continue-token.ts';
export { createFanOut, type FanOut } from './store/fan-out.ts';
export { createHistory, type EventSource, type History } from './store/history.ts';
export { listPage, sortKey } from './store/list-page.ts';
export {
  createMemoryStore,
  type Journal,
  type MemoryStoreOptions,
  revisionOf,
  withRevision,
} from './store/memory-store.ts';
export { rewind } from './store/rewind.ts';
export {
  type Expired,
  type ListOptions,
  type ListOutcome,
  type Store,
  type StoreEvent,
  type StoreKey,
  type StoreListener,
  storeResource,
  type WatchOptions,
  type WatchOutcome,
  type WriteOutcome,
} from './store/store.ts';
export { type FieldRequirement, matchesFields, parseFieldSelector } from './selector/field-selector.ts';
export { type LabelSelector, labelRequirements } from './selector/label-requirements.ts';
export { labelKeyProblem, labelValueProblem } from './selector/label-syntax.ts';
export { parseLabelSelector } from './selector/parse-label-selector.ts';
export { matchesLabels, type Operator, type Requirement } from './selector/requirement.ts';
export { AGE, buildTable, type PrinterColumn, type TableRequest } from './table/build-table.ts';
export { humanAge } from './table/human-age.ts';
export { type JsonPath, jsonPath } from './table/json-path.ts';
