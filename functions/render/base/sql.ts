export { quoteIdentifier } from '../../core/base/sql-text.ts';
