/** Door of `objects`: Kubernetes mechanics, pure. */
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
