import { conditions, group, optional } from '#api/index.ts';

export const status = group({ conditions: optional(conditions) }, 'What is so.');
