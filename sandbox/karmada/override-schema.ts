/** Schema of an override policy's rules, as far as they are honoured. */
import { affinity } from './schema.ts';

const KEEP = { 'x-kubernetes-preserve-unknown-fields': true };
const words = (description: string) => ({ type: 'string', description });
const anyOf = (...values: string[]) => ({ type: 'string', enum: values });
const listOf = (properties: object, required: string[]) => ({
  type: 'array',
  items: { type: 'object', ...KEEP, required, properties },
});

const operator = anyOf('add', 'remove', 'replace');
const value = { ...KEEP, description: 'Any; not looked at by remove.' };

const commands = listOf(
  { containerName: words('Whose.'), operator, value: { type: 'array', items: { type: 'string' } } },
  ['containerName', 'operator'],
);
const map = listOf({ operator, value: { type: 'object', additionalProperties: { type: 'string' } } }, ['operator']);
const inner = listOf({ subPath: words('JSON pointer inside of the text.'), operator, value }, ['subPath', 'operator']);

const overriders = {
  type: 'object',
  ...KEEP,
  description: 'Applied in this order: image, command, args, labels, annotations, field, plaintext.',
  properties: {
    imageOverrider: listOf(
      {
        predicate: {
          type: 'object',
          required: ['path'],
          properties: { path: words('One image; without it all of the containers.') },
        },
        component: anyOf('Registry', 'Repository', 'Tag'),
        operator,
        value: words('The new part, or what is added to it.'),
      },
      ['component', 'operator'],
    ),
    commandOverrider: commands,
    argsOverrider: commands,
    labelsOverrider: map,
    annotationsOverrider: map,
    fieldOverrider: listOf({ fieldPath: words('A text that holds JSON or YAML.'), json: inner, yaml: inner }, [
      'fieldPath',
    ]),
    plaintext: listOf({ path: words('JSON pointer.'), operator, value }, ['path', 'operator']),
  },
};

export const overrideRules = {
  type: 'array',
  items: {
    type: 'object',
    ...KEEP,
    required: ['overriders'],
    properties: { targetCluster: affinity, overriders },
  },
};
