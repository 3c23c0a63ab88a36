import { invalid, quoted } from '../core/base/errors.ts';
import { type ForeignFields, foreignFields } from '../core/base/foreign-fields.ts';
import { jsonIn } from '../core/base/json-in.ts';

/**
 * The result of a run in what people have at hand: as `remediate` returned it (`aws lambda invoke`), in the envelope of a
 * destination, or in a notification of SNS. Null when the document is something else, such as a record.
 * @throws RemediationError `record-invalid` for a run that failed and returned no record.
 */
export function unwrapResult(document: unknown): ForeignFields | null {
  const fields = foreignFields(document);
  if ('pgHeadroom' in fields) return fields;
  if ('responsePayload' in fields || 'requestContext' in fields) return unwrapResult(payloadOf(fields));
  const [first] = Array.isArray(fields.Records) ? fields.Records : [];
  const message = foreignFields(foreignFields(first).Sns).Message ?? fields.Message;
  if (typeof message === 'string') return unwrapResult(jsonIn(message));
  if ('errorType' in fields || 'errorMessage' in fields) throw failed(fields);
  return null;
}

function payloadOf({ responsePayload, requestContext }: ForeignFields): unknown {
  if (responsePayload !== undefined) return responsePayload;
  const condition = quoted(foreignFields(requestContext).condition);
  const finding = {
    path: 'responsePayload',
    found: `nothing beside condition ${condition}`,
    allowed: 'the result of a run',
  };
  throw invalid('record-invalid', 'The record', [finding]);
}

function failed({ errorType, errorMessage }: ForeignFields) {
  const found = `the error ${quoted(errorType)}, ${quoted(errorMessage)}`;
  const allowed = 'the result of a run: this one failed and returned no record, see the log of the function';
  return invalid('record-invalid', 'The record', [{ path: '(root)', found, allowed }]);
}
