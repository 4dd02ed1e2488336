-- A database with one of everything that a dump can hold; rich.sql is pg_dump of it, globals.sql
-- pg_dumpall --globals-only beside it. Made anew: createdb, psql -f this, pg_dump.
CREATE EXTENSION hstore;
CREATE EXTENSION pg_trgm;
CREATE SCHEMA "Quoted ""schema"";";
CREATE TABLE "Quoted ""schema"";"."weird "" table.name; COPY x FROM stdin;" (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "col,(1) '$$" text DEFAULT E'it''s \\ a \n "default"; /* no comment */ -- nor this',
  twice integer GENERATED ALWAYS AS (1 * 2) STORED);
CREATE TABLE "naïve 表 – 🐘" ("naïve 表" text, "тип" hstore);
CREATE TABLE "new
line" ("a
b" text);
CREATE TABLE events (id bigint, at date NOT NULL, body text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE empty (a integer);
CREATE TABLE columnless ();
CREATE TABLE serials (id serial, big bigserial);
CREATE TYPE mood AS ENUM ('sad', 'it''s; ok', 'happy');
CREATE TYPE pair AS (a integer, "b ; c" text);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE typed (m mood, p pair, d positive, j jsonb, b bytea, a text[], h hstore,
  CONSTRAINT "it's; a check" CHECK (m <> 'sad' OR d IN (1, 2, 3)));
CREATE FUNCTION speaks_dump() RETURNS text LANGUAGE plpgsql AS $_$
BEGIN
  RETURN $$
COPY x FROM stdin;
1
\.
-- Name: not_an_object; Type: TABLE; Schema: public; Owner: nobody
-- PostgreSQL database dump complete
SELECT pg_catalog.setval('not_a_sequence', 1, true);
$$;
END $_$;
CREATE FUNCTION atomic(n integer, m mood DEFAULT 'happy') RETURNS integer LANGUAGE sql
BEGIN ATOMIC
  SELECT CASE WHEN n > 0 THEN 1 ELSE CASE n WHEN 0 THEN 0 ELSE 2 END END;
  SELECT CASE WHEN n > 1 THEN n ELSE length('; $$ end') END;
END;
CREATE FUNCTION atomic_return(n integer) RETURNS integer LANGUAGE sql RETURN n + 1;
CREATE PROCEDURE atomic_procedure(n integer) LANGUAGE sql BEGIN ATOMIC INSERT INTO empty VALUES (n); END;
CREATE FUNCTION spoken() RETURNS text LANGUAGE sql AS 'SELECT 1; SELECT ''it''''s'';';
CREATE FUNCTION trigger_function() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON empty FOR EACH ROW EXECUTE FUNCTION trigger_function('a;b', 'c''d');
CREATE RULE several AS ON INSERT TO columnless DO ALSO (
  INSERT INTO empty VALUES (1); UPDATE empty SET a = 2 WHERE a = 1; NOTIFY "cha;nnel", 'p;q');
CREATE VIEW quoted_view AS SELECT '; $$ '' " -- /* ' AS "x;y", E'a\\b''c\n' AS z, $q$dollar ; $$ $q$ AS q FROM events;
CREATE MATERIALIZED VIEW counts AS SELECT at, count(*) AS n FROM events GROUP BY at;
CREATE UNIQUE INDEX ON counts (at);
CREATE INDEX trigrams ON events USING gin (body gin_trgm_ops) WHERE body <> ';';
CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE FUNCTION mood_equal(mood, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = mood, RIGHTARG = integer, FUNCTION = mood_equal);
CREATE CAST (integer AS mood) WITH INOUT;
CREATE STATISTICS stats (dependencies) ON id, at FROM events;
CREATE PUBLICATION pub FOR TABLE empty WHERE (a > 0);
ALTER TABLE typed ENABLE ROW LEVEL SECURITY;
CREATE POLICY "po;licy" ON typed USING (d > 0 AND current_user <> 'x;y');
CREATE SEQUENCE down INCREMENT -1 MINVALUE -9223372036854775808 START -5;
SELECT setval('down', -9223372036854775807, false);
CREATE SEQUENCE "it's a ""seq""; -- really";
SELECT setval('"it''s a ""seq""; -- really"', 9223372036854775807);
COMMENT ON TABLE empty IS 'A comment with ''quotes'', "double", $$ and
-- Name: fake; Type: TABLE; Schema: public; Owner: nobody
COPY public.fake (a) FROM stdin;
1
\.

--
-- PostgreSQL database dump complete
--

/* and an open comment, \ and ; too';
COMMENT ON COLUMN events.body IS E'back\\slash \t tab \u00e9';
COMMENT ON FUNCTION atomic(integer, mood) IS '';
ALTER FUNCTION spoken() SET search_path TO 'a;b', "$user", public;
GRANT SELECT ON events TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
INSERT INTO "Quoted ""schema"";"."weird "" table.name; COPY x FROM stdin;" ("col,(1) '$$")
  VALUES (DEFAULT), (NULL), (''), ('\.'), ('\\.'), (E'\\.\n\\.'), ('\N'), (E'a\r\nb\tc\bd\fe\vf\x01'), ('end\'), (E'\r');
INSERT INTO "naïve 表 – 🐘" VALUES ('表', 'a=>"b;c"'), (NULL, NULL);
INSERT INTO "new
line" VALUES ('x');
INSERT INTO events SELECT n, date '2025-06-01' + (n * 5)::integer, repeat(md5(n::text), 1 + (n % 4)::integer)
  FROM generate_series(1, 60) n;
INSERT INTO typed VALUES ('happy', ROW(1, E'x;"y\\'), 3, '{"a": [1, "\\."]}', '\x00ff', ARRAY['a', NULL, '{"', 'NULL'], 'k=>NULL');
INSERT INTO serials SELECT FROM generate_series(1, 7);
REFRESH MATERIALIZED VIEW counts;
SELECT lo_from_bytea(4242, ''), lo_from_bytea(4243, '\x00ff27'), lo_from_bytea(4244, decode(repeat('5c2e0a27', 5000), 'hex'));
COMMENT ON LARGE OBJECT 4243 IS 'large; object';

ALTER TABLE columnless DISABLE RULE several;
INSERT INTO columnless SELECT FROM generate_series(1, 3);
ALTER TABLE columnless ENABLE RULE several;
