export { quoteIdentifier } from '../core/sql-text.ts';
