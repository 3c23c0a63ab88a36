import type { Client } from 'pg';
import type { OurStatement } from './our-statements.ts';

/** The text that a twin writes into the server's log when it runs, also if the transaction is rolled back. */
const TRACE = 'a twin ran:';

/** The twins that ran, by the server's log: which object, and as which role. */
export function tracesIn(log: string): readonly string[] {
  return log.split('\n').flatMap((line) => line.split(`LOG:  ${TRACE} `).slice(1));
}

/**
 * Creates in the schema `public`, as the connected role, a twin of every object that the statements name. A twin leaves a
 * trace when it runs. The catalog tells the kind of a name: for functions and operators, twins with the catalog's own
 * arguments and with all others that could fit a call better; for types, domains with a CHECK; for relations, views.
 */
export async function makeTwins(client: Client, statements: readonly OurStatement[]): Promise<Made> {
  const bare = statements.map(({ text }) => text.replaceAll(/'(?:[^']|'')*'/g, "''")).join('\n');
  const all = statements.map(({ text }) => text).join('\n');
  const names = [...new Set(all.match(/[a-z_][a-z_0-9]*/g) ?? [])];
  const operators = [...new Set(bare.match(/[-+*/<>=~!@#%^&|`?]+/g) ?? [])];
  await client.query('SELECT set_config($1, $2, false)', ['twins.names', toArray(names)]);
  await client.query('SELECT set_config($1, $2, false)', ['twins.operators', toArray(operators)]);
  await client.query('SET search_path = pg_catalog');
  await client.query(SCRIPT);
  const { rows } = await client.query<Made>(WHAT_WAS_MADE);
  await client.query('RESET search_path');
  return rows[0] ?? { relations: 0, types: 0, functions: 0, operators: 0, missing: [] };
}

export type Made = {
  readonly relations: number;
  readonly types: number;
  readonly functions: number;
  readonly operators: number;
  /** Names in our statements that the catalog has, but of which no twin was made. */
  readonly missing: readonly string[];
};

/**
 * The twins that a statement means under a path with `public` first, even if no row ever reaches them. The server's note on
 * a view with the statement as its text shows them.
 */
export async function twinsMeantBy(client: Client, text: string): Promise<readonly string[]> {
  await client.query('BEGIN');
  await client.query('SET LOCAL search_path = public, pg_catalog');
  await client.query(`CREATE TEMPORARY VIEW meant AS ${text.replaceAll(/\$\d+/g, 'NULL')}`);
  await client.query("SET LOCAL search_path = ''");
  const { rows } = await client.query<{ meant: string }>(WHAT_IS_MEANT);
  await client.query('ROLLBACK');
  return rows.map(({ meant }) => meant).filter((meant) => meant.includes(' public.'));
}

function toArray(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text}"`).join(',')}}`;
}

/** Types in our statements: a twin's operands fit exactly where the catalog's have to be converted. */
const FITTING = `'{text,name,bool,int2,int4,int8,oid,numeric,float8,timestamptz,interval,inet,unknown}'::text[]`;
const FITTING_TRIPLES = `'{text,name,bool,int4}'::text[]`;

const SCRIPT = `
CREATE FUNCTION public.twin(what text) RETURNS boolean LANGUAGE plpgsql AS $f$
BEGIN RAISE LOG '${TRACE} % as %', what, session_user; RETURN true; END $f$;
DO $script$
DECLARE
  names text[] := current_setting('twins.names');
  operators text[] := current_setting('twins.operators');
  each record;
  body text;
BEGIN
  SET LOCAL check_function_bodies = off;
  SET LOCAL client_min_messages = error;
  FOR each IN
    SELECT c.relname, string_agg(format('v.%I', a.attname), ', ' ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname = ANY(names)
      AND t.typtype <> 'p'
    GROUP BY c.relname
  LOOP
    EXECUTE format('CREATE VIEW public.%1$I AS SELECT %2$s FROM pg_catalog.%1$I v WHERE public.twin(%3$L)',
                   each.relname, each.columns, 'relation ' || each.relname);
    EXECUTE format('GRANT SELECT ON public.%I TO PUBLIC', each.relname);
  END LOOP;
  FOR each IN
    SELECT t.typname FROM pg_type t
    WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype = 'b' AND t.typname = ANY(names)
  LOOP
    EXECUTE format('CREATE DOMAIN public.%1$I AS pg_catalog.%1$I CHECK (public.twin(%2$L))', each.typname, 'type ' || each.typname);
  END LOOP;
  -- The catalog's own arguments, where they are no pseudo-types; and all others of as many.
  FOR each IN
    WITH named AS (
      SELECT p.* FROM pg_proc p
      WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a') AND p.proname = ANY(names)
    ), returned AS (
      SELECT DISTINCT ON (n.proname) n.proname,
             CASE WHEN t.typtype = 'p' THEN 'text' ELSE format_type(n.prorettype, NULL) END AS type
      FROM named n JOIN pg_type t ON t.oid = n.prorettype ORDER BY n.proname, t.typtype
    ), counts AS (
      SELECT DISTINCT n.proname, c AS count FROM named n
      CROSS JOIN LATERAL generate_series(
        n.pronargs - n.pronargdefaults, CASE WHEN n.provariadic <> 0 THEN 3 ELSE n.pronargs END) c
    ), fitting AS (
      SELECT c.proname, '' AS arguments FROM counts c WHERE c.count = 0
      UNION ALL SELECT c.proname, a FROM counts c, unnest(${FITTING}) a WHERE c.count = 1 AND a <> 'unknown'
      UNION ALL SELECT c.proname, a || ',' || b FROM counts c, unnest(${FITTING}) a, unnest(${FITTING}) b
                WHERE c.count = 2 AND a <> 'unknown' AND b <> 'unknown'
      UNION ALL SELECT c.proname, a || ',' || b || ',' || d
                FROM counts c, unnest(${FITTING_TRIPLES}) a, unnest(${FITTING_TRIPLES}) b, unnest(${FITTING_TRIPLES}) d
                WHERE c.count = 3
    ), own AS (
      SELECT n.proname, (SELECT coalesce(string_agg(format_type(a, NULL), ',' ORDER BY o), '')
                         FROM unnest(n.proargtypes::oid[]) WITH ORDINALITY AS x (a, o)) AS arguments
      FROM named n
      WHERE NOT EXISTS (SELECT FROM pg_type t WHERE t.oid = ANY(n.proargtypes::oid[]) AND t.typtype = 'p')
    )
    SELECT a.proname, a.arguments, r.type FROM (SELECT * FROM own UNION SELECT * FROM fitting) a
    JOIN returned r ON r.proname = a.proname
  LOOP
    BEGIN
      EXECUTE format($f$CREATE FUNCTION public.%1$I(%2$s) RETURNS %3$s LANGUAGE plpgsql AS
        $b$BEGIN RAISE LOG '${TRACE} function %1$s(%2$s) as %%', session_user; RETURN NULL; END$b$ $f$,
        each.proname, each.arguments, each.type);
    EXCEPTION WHEN duplicate_function THEN NULL; -- integer is int4
    END;
  END LOOP;
  FOR each IN
    WITH operands AS (
      SELECT l::regtype AS l, r::regtype AS r FROM unnest(${FITTING}) l, unnest(${FITTING}) r WHERE l <> 'unknown' AND r <> 'unknown'
      UNION SELECT o.oprleft, o.oprright FROM pg_operator o
            WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprname = ANY(operators) AND o.oprkind = 'b'
    )
    SELECT DISTINCT o.name, p.l, p.r, CASE WHEN o.name ~ '^[-+*/]' THEN p.l ELSE 'bool'::regtype END AS type
    FROM unnest(operators) o (name) CROSS JOIN operands p
    WHERE EXISTS (SELECT FROM pg_operator g WHERE g.oprname = o.name)
      AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid IN (p.l, p.r) AND t.typtype = 'p')
  LOOP
    body := 'operator_' || md5(each.name || each.l || each.r);
    EXECUTE format($f$CREATE FUNCTION public.%1$I(a %2$s, b %3$s) RETURNS %4$s LANGUAGE plpgsql AS
      $b$BEGIN RAISE LOG '${TRACE} operator %5$s (%2$s, %3$s) as %%', session_user; RETURN NULL; END$b$ $f$,
      body, each.l, each.r, each.type, replace(each.name, '%', '%%%%'));
    EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.%I)', each.name, each.l, each.r, body);
  END LOOP;
END $script$`;

const WHAT_WAS_MADE = `
WITH names AS (SELECT unnest(current_setting('twins.names')::text[]) AS name),
     operators AS (SELECT unnest(current_setting('twins.operators')::text[]) AS name),
     found AS (
  SELECT 'relation' AS kind, c.relname::text AS name, c.relnamespace AS schema FROM pg_class c WHERE c.relkind IN ('r', 'v')
  UNION ALL SELECT 'type', t.typname, t.typnamespace FROM pg_type t WHERE t.typtype IN ('b', 'd') AND t.typcategory <> 'A'
  UNION ALL SELECT 'function', p.proname, p.pronamespace FROM pg_proc p WHERE p.prokind IN ('f', 'a')
  UNION ALL SELECT 'operator', o.oprname, o.oprnamespace FROM pg_operator o)
SELECT (count(*) FILTER (WHERE f.kind = 'relation' AND f.schema = 'public'::regnamespace))::int AS relations,
       (count(*) FILTER (WHERE f.kind = 'type' AND f.schema = 'public'::regnamespace))::int AS types,
       (count(*) FILTER (WHERE f.kind = 'function' AND f.schema = 'public'::regnamespace))::int AS functions,
       (count(*) FILTER (WHERE f.kind = 'operator' AND f.schema = 'public'::regnamespace))::int AS operators,
       ARRAY(SELECT DISTINCT g.kind || ' ' || g.name FROM found g
             WHERE g.schema = 'pg_catalog'::regnamespace
               AND g.name IN (SELECT name FROM names UNION ALL SELECT name FROM operators)
               AND NOT EXISTS (SELECT FROM found t WHERE t.schema = 'public'::regnamespace AND t.kind = g.kind AND t.name = g.name)
             ORDER BY 1) AS missing
FROM found f`;

const WHAT_IS_MEANT = `
SELECT DISTINCT pg_catalog.pg_describe_object(d.refclassid, d.refobjid, 0) AS meant
FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
  AND d.objid OPERATOR(pg_catalog.=) r.oid
WHERE r.ev_class OPERATOR(pg_catalog.=) 'pg_temp.meant'::pg_catalog.regclass
  AND d.refobjid OPERATOR(pg_catalog.<>) r.ev_class AND d.refobjid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
ORDER BY 1`;
