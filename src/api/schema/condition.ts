/** meta/v1 Condition as a schema: the bounds are upstream's. */
import { type TSchema, Type } from 'typebox';
import type { Condition } from '#objects/index.ts';

const CONDITION = {
  type: 'object',
  description: 'One aspect of the current state.',
  required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
  properties: {
    lastTransitionTime: { type: 'string', format: 'date-time', description: 'When the status last changed.' },
    message: { type: 'string', maxLength: 32768, description: 'For people; may be empty.' },
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      minimum: 0,
      description: 'The metadata.generation that this was judged on.',
    },
    reason: {
      type: 'string',
      minLength: 1,
      maxLength: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
      description: 'For programs, in CamelCase; several are joined by commas.',
    },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'], description: 'True, False or Unknown.' },
    type: {
      type: 'string',
      maxLength: 316,
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      description: 'Which aspect.',
    },
  },
};

/** A list of conditions, one per type. */
export const conditions = Type.Unsafe<Condition[]>({
  type: 'array',
  items: CONDITION,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  description: 'What is so, and why.',
} satisfies TSchema);
