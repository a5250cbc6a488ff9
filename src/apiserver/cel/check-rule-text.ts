import type { Problem, Schema } from '#objects/index.ts';
import type { RuleText } from './rule.ts';
import { resolveRulePath } from './rule-path.ts';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** What is wrong with a rule before its expressions are looked at. */
export function checkRuleText(text: RuleText, schema: Schema, path: string): Problem[] {
  const { rule = '', message, messageExpression, reason, fieldPath } = text;
  const problems: Problem[] = [];
  const invalid = (field: string, value: string, why: string) =>
    problems.push({
      path: `${path}.${field}`,
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
    });
  const required = (field: string, why: string) =>
    problems.push({ path: `${path}.${field}`, reason: 'FieldValueRequired', message: `Required value: ${why}` });
  if (rule.trim() === '') required('rule', 'rule is not specified');
  if (message !== undefined && message !== '' && message.trim() === '')
    invalid('message', message, 'must be non-empty if specified');
  else if (message?.includes('\n')) invalid('message', message, 'must not contain line breaks');
  else if (!message && rule.trim().includes('\n'))
    required('message', 'message must be specified if rule contains line breaks');
  if (messageExpression !== undefined && messageExpression !== '' && messageExpression.trim() === '')
    required('messageExpression', 'messageExpression must be non-empty if specified');
  if (reason !== undefined && !REASONS.includes(reason)) {
    const known = REASONS.map((one) => JSON.stringify(one)).join(', ');
    const unsupported = `Unsupported value: ${JSON.stringify(reason)}: supported values: ${known}`;
    problems.push({ path: `${path}.reason`, reason: 'FieldValueNotSupported', message: unsupported });
  }
  if (fieldPath && resolveRulePath(fieldPath, schema) === undefined)
    invalid('fieldPath', fieldPath, 'fieldPath must be a valid path');
  return problems;
}
