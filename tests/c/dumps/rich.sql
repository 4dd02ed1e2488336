--
-- PostgreSQL database dump
--

\restrict X19GQG9YnKB3Dng2CiUvHcb2SiGoEm3XecTfCcFj6Wox4AWW84Lrf6UD7YMj7A2

-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: Quoted "schema";; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA "Quoted ""schema"";";


ALTER SCHEMA "Quoted ""schema"";" OWNER TO postgres;

--
-- Name: hstore; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;


--
-- Name: EXTENSION hstore; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION hstore IS 'data type for storing sets of (key, value) pairs';


--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


--
-- Name: mood; Type: TYPE; Schema: public; Owner: postgres
--

CREATE TYPE public.mood AS ENUM (
    'sad',
    'it''s; ok',
    'happy'
);


ALTER TYPE public.mood OWNER TO postgres;

--
-- Name: pair; Type: TYPE; Schema: public; Owner: postgres
--

CREATE TYPE public.pair AS (
	a integer,
	"b ; c" text
);


ALTER TYPE public.pair OWNER TO postgres;

--
-- Name: positive; Type: DOMAIN; Schema: public; Owner: postgres
--

CREATE DOMAIN public.positive AS integer
	CONSTRAINT positive_check CHECK ((VALUE > 0));


ALTER DOMAIN public.positive OWNER TO postgres;

--
-- Name: CAST (integer AS public.mood); Type: CAST; Schema: -; Owner: -
--

CREATE CAST (integer AS public.mood) WITH INOUT;


--
-- Name: atomic(integer, public.mood); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.atomic(n integer, m public.mood DEFAULT 'happy'::public.mood) RETURNS integer
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT
         CASE
             WHEN (n > 0) THEN 1
             ELSE
             CASE n
                 WHEN 0 THEN 0
                 ELSE 2
             END
         END AS "case";
 SELECT
         CASE
             WHEN (n > 1) THEN n
             ELSE length('; $$ end'::text)
         END AS length;
END;


ALTER FUNCTION public.atomic(n integer, m public.mood) OWNER TO postgres;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: empty; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.empty (
    a integer
);


ALTER TABLE public.empty OWNER TO postgres;

--
-- Name: TABLE empty; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON TABLE public.empty IS 'A comment with ''quotes'', "double", $$ and
-- Name: fake; Type: TABLE; Schema: public; Owner: nobody
COPY public.fake (a) FROM stdin;
1
\.

--
-- PostgreSQL database dump complete
--

/* and an open comment, \ and ; too';


--
-- Name: atomic_procedure(integer); Type: PROCEDURE; Schema: public; Owner: postgres
--

CREATE PROCEDURE public.atomic_procedure(IN n integer)
    LANGUAGE sql
    BEGIN ATOMIC
 INSERT INTO public.empty (a)
   VALUES (atomic_procedure.n);
END;


ALTER PROCEDURE public.atomic_procedure(IN n integer) OWNER TO postgres;

--
-- Name: atomic_return(integer); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.atomic_return(n integer) RETURNS integer
    LANGUAGE sql
    RETURN (n + 1);


ALTER FUNCTION public.atomic_return(n integer) OWNER TO postgres;

--
-- Name: mood_equal(public.mood, integer); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.mood_equal(public.mood, integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$SELECT true$$;


ALTER FUNCTION public.mood_equal(public.mood, integer) OWNER TO postgres;

--
-- Name: speaks_dump(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.speaks_dump() RETURNS text
    LANGUAGE plpgsql
    AS $_$
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


ALTER FUNCTION public.speaks_dump() OWNER TO postgres;

--
-- Name: spoken(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.spoken() RETURNS text
    LANGUAGE sql
    SET search_path TO 'a;b', '$user', 'public'
    AS $$SELECT 1; SELECT 'it''s';$$;


ALTER FUNCTION public.spoken() OWNER TO postgres;

--
-- Name: trigger_function(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.trigger_function() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN RETURN NEW; END$$;


ALTER FUNCTION public.trigger_function() OWNER TO postgres;

--
-- Name: total(integer); Type: AGGREGATE; Schema: public; Owner: postgres
--

CREATE AGGREGATE public.total(integer) (
    SFUNC = int4pl,
    STYPE = integer,
    INITCOND = '0'
);


ALTER AGGREGATE public.total(integer) OWNER TO postgres;

--
-- Name: ===; Type: OPERATOR; Schema: public; Owner: postgres
--

CREATE OPERATOR public.=== (
    FUNCTION = public.mood_equal,
    LEFTARG = public.mood,
    RIGHTARG = integer
);


ALTER OPERATOR public.=== (public.mood, integer) OWNER TO postgres;

--
-- Name: weird " table.name; COPY x FROM stdin;; Type: TABLE; Schema: Quoted "schema";; Owner: postgres
--

CREATE TABLE "Quoted ""schema"";"."weird "" table.name; COPY x FROM stdin;" (
    id integer NOT NULL,
    "col,(1) '$$" text DEFAULT 'it''s \ a 
 "default"; /* no comment */ -- nor this'::text,
    twice integer GENERATED ALWAYS AS ((1 * 2)) STORED
);


ALTER TABLE "Quoted ""schema"";"."weird "" table.name; COPY x FROM stdin;" OWNER TO postgres;

--
-- Name: weird " table.name; COPY x FROM stdin;_id_seq; Type: SEQUENCE; Schema: Quoted "schema";; Owner: postgres
--

ALTER TABLE "Quoted ""schema"";"."weird "" table.name; COPY x FROM stdin;" ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME "Quoted ""schema"";"."weird "" table.name; COPY x FROM stdin;_id_seq"
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: columnless; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.columnless (
);


ALTER TABLE public.columnless OWNER TO postgres;

--
-- Name: events; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.events (
    id bigint,
    at date NOT NULL,
    body text
)
PARTITION BY RANGE (at);


ALTER TABLE public.events OWNER TO postgres;

--
-- Name: COLUMN events.body; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON COLUMN public.events.body IS 'back\slash 	 tab é';


--
-- Name: counts; Type: MATERIALIZED VIEW; Schema: public; Owner: postgres
--

CREATE MATERIALIZED VIEW public.counts AS
 SELECT events.at,
    count(*) AS n
   FROM public.events
  GROUP BY events.at
  WITH NO DATA;


ALTER TABLE public.counts OWNER TO postgres;

--
-- Name: down; Type: SEQUENCE; Schema: public; Owner: postgres
--

CREATE SEQUENCE public.down
    START WITH -5
    INCREMENT BY -1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.down OWNER TO postgres;

--
-- Name: events_2025; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.events_2025 (
    id bigint,
    at date NOT NULL,
    body text
);


ALTER TABLE public.events_2025 OWNER TO postgres;

--
-- Name: events_2026; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.events_2026 (
    id bigint,
    at date NOT NULL,
    body text
);


ALTER TABLE public.events_2026 OWNER TO postgres;

--
-- Name: it's a "seq"; -- really; Type: SEQUENCE; Schema: public; Owner: postgres
--

CREATE SEQUENCE public."it's a ""seq""; -- really"
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public."it's a ""seq""; -- really" OWNER TO postgres;

--
-- Name: naïve 表 – 🐘; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public."naïve 表 – 🐘" (
    "naïve 表" text,
    "тип" public.hstore
);


ALTER TABLE public."naïve 表 – 🐘" OWNER TO postgres;

--
-- Name: new line; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public."new
line" (
    "a
b" text
);


ALTER TABLE public."new
line" OWNER TO postgres;

--
-- Name: quoted_view; Type: VIEW; Schema: public; Owner: postgres
--

CREATE VIEW public.quoted_view AS
 SELECT '; $$ '' " -- /* '::text AS "x;y",
    'a\b''c
'::text AS z,
    'dollar ; $$ '::text AS q
   FROM public.events;


ALTER TABLE public.quoted_view OWNER TO postgres;

--
-- Name: serials; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.serials (
    id integer NOT NULL,
    big bigint NOT NULL
);


ALTER TABLE public.serials OWNER TO postgres;

--
-- Name: serials_big_seq; Type: SEQUENCE; Schema: public; Owner: postgres
--

CREATE SEQUENCE public.serials_big_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.serials_big_seq OWNER TO postgres;

--
-- Name: serials_big_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: postgres
--

ALTER SEQUENCE public.serials_big_seq OWNED BY public.serials.big;


--
-- Name: serials_id_seq; Type: SEQUENCE; Schema: public; Owner: postgres
--

CREATE SEQUENCE public.serials_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.serials_id_seq OWNER TO postgres;

--
-- Name: serials_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: postgres
--

ALTER SEQUENCE public.serials_id_seq OWNED BY public.serials.id;


--
-- Name: typed; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.typed (
    m public.mood,
    p public.pair,
    d public.positive,
    j jsonb,
    b bytea,
    a text[],
    h public.hstore,
    CONSTRAINT "it's; a check" CHECK (((m <> 'sad'::public.mood) OR ((d)::integer = ANY (ARRAY[1, 2, 3]))))
);


ALTER TABLE public.typed OWNER TO postgres;

--
-- Name: events_2025; Type: TABLE ATTACH; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');


--
-- Name: events_2026; Type: TABLE ATTACH; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');


--
-- Name: serials id; Type: DEFAULT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.serials ALTER COLUMN id SET DEFAULT nextval('public.serials_id_seq'::regclass);


--
-- Name: serials big; Type: DEFAULT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.serials ALTER COLUMN big SET DEFAULT nextval('public.serials_big_seq'::regclass);


--
-- Name: 4242; Type: BLOB; Schema: -; Owner: postgres
--

SELECT pg_catalog.lo_create('4242');


ALTER LARGE OBJECT 4242 OWNER TO postgres;

--
-- Name: 4243; Type: BLOB; Schema: -; Owner: postgres
--

SELECT pg_catalog.lo_create('4243');


ALTER LARGE OBJECT 4243 OWNER TO postgres;

--
-- Name: LARGE OBJECT 4243; Type: COMMENT; Schema: -; Owner: postgres
--

COMMENT ON LARGE OBJECT 4243 IS 'large; object';


--
-- Name: 4244; Type: BLOB; Schema: -; Owner: postgres
--

SELECT pg_catalog.lo_create('4244');


ALTER LARGE OBJECT 4244 OWNER TO postgres;

--
-- Data for Name: weird " table.name; COPY x FROM stdin;; Type: TABLE DATA; Schema: Quoted "schema";; Owner: postgres
--

COPY "Quoted ""schema"";"."weird "" table.name; COPY x FROM stdin;" (id, "col,(1) '$$") FROM stdin;
1	it's \\ a \n "default"; /* no comment */ -- nor this
2	\N
3	
4	\\.
5	\\\\.
6	\\.\n\\.
7	\\N
8	a\r\nb\tc\bd\fevf
9	end\\
10	\r
\.


--
-- Data for Name: columnless; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.columnless  FROM stdin;



\.


--
-- Data for Name: empty; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.empty (a) FROM stdin;
\.


--
-- Data for Name: events_2025; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.events_2025 (id, at, body) FROM stdin;
1	2025-06-06	c4ca4238a0b923820dcc509a6f75849bc4ca4238a0b923820dcc509a6f75849b
2	2025-06-11	c81e728d9d4c2f636f067f89cc14862cc81e728d9d4c2f636f067f89cc14862cc81e728d9d4c2f636f067f89cc14862c
3	2025-06-16	eccbc87e4b5ce2fe28308fd9f2a7baf3eccbc87e4b5ce2fe28308fd9f2a7baf3eccbc87e4b5ce2fe28308fd9f2a7baf3eccbc87e4b5ce2fe28308fd9f2a7baf3
4	2025-06-21	a87ff679a2f3e71d9181a67b7542122c
5	2025-06-26	e4da3b7fbbce2345d7772b0674a318d5e4da3b7fbbce2345d7772b0674a318d5
6	2025-07-01	1679091c5a880faf6fb5e6087eb1b2dc1679091c5a880faf6fb5e6087eb1b2dc1679091c5a880faf6fb5e6087eb1b2dc
7	2025-07-06	8f14e45fceea167a5a36dedd4bea25438f14e45fceea167a5a36dedd4bea25438f14e45fceea167a5a36dedd4bea25438f14e45fceea167a5a36dedd4bea2543
8	2025-07-11	c9f0f895fb98ab9159f51fd0297e236d
9	2025-07-16	45c48cce2e2d7fbdea1afc51c7c6ad2645c48cce2e2d7fbdea1afc51c7c6ad26
10	2025-07-21	d3d9446802a44259755d38e6d163e820d3d9446802a44259755d38e6d163e820d3d9446802a44259755d38e6d163e820
11	2025-07-26	6512bd43d9caa6e02c990b0a82652dca6512bd43d9caa6e02c990b0a82652dca6512bd43d9caa6e02c990b0a82652dca6512bd43d9caa6e02c990b0a82652dca
12	2025-07-31	c20ad4d76fe97759aa27a0c99bff6710
13	2025-08-05	c51ce410c124a10e0db5e4b97fc2af39c51ce410c124a10e0db5e4b97fc2af39
14	2025-08-10	aab3238922bcc25a6f606eb525ffdc56aab3238922bcc25a6f606eb525ffdc56aab3238922bcc25a6f606eb525ffdc56
15	2025-08-15	9bf31c7ff062936a96d3c8bd1f8f2ff39bf31c7ff062936a96d3c8bd1f8f2ff39bf31c7ff062936a96d3c8bd1f8f2ff39bf31c7ff062936a96d3c8bd1f8f2ff3
16	2025-08-20	c74d97b01eae257e44aa9d5bade97baf
17	2025-08-25	70efdf2ec9b086079795c442636b55fb70efdf2ec9b086079795c442636b55fb
18	2025-08-30	6f4922f45568161a8cdf4ad2299f6d236f4922f45568161a8cdf4ad2299f6d236f4922f45568161a8cdf4ad2299f6d23
19	2025-09-04	1f0e3dad99908345f7439f8ffabdffc41f0e3dad99908345f7439f8ffabdffc41f0e3dad99908345f7439f8ffabdffc41f0e3dad99908345f7439f8ffabdffc4
20	2025-09-09	98f13708210194c475687be6106a3b84
21	2025-09-14	3c59dc048e8850243be8079a5c74d0793c59dc048e8850243be8079a5c74d079
22	2025-09-19	b6d767d2f8ed5d21a44b0e5886680cb9b6d767d2f8ed5d21a44b0e5886680cb9b6d767d2f8ed5d21a44b0e5886680cb9
23	2025-09-24	37693cfc748049e45d87b8c7d8b9aacd37693cfc748049e45d87b8c7d8b9aacd37693cfc748049e45d87b8c7d8b9aacd37693cfc748049e45d87b8c7d8b9aacd
24	2025-09-29	1ff1de774005f8da13f42943881c655f
25	2025-10-04	8e296a067a37563370ded05f5a3bf3ec8e296a067a37563370ded05f5a3bf3ec
26	2025-10-09	4e732ced3463d06de0ca9a15b61536774e732ced3463d06de0ca9a15b61536774e732ced3463d06de0ca9a15b6153677
27	2025-10-14	02e74f10e0327ad868d138f2b4fdd6f002e74f10e0327ad868d138f2b4fdd6f002e74f10e0327ad868d138f2b4fdd6f002e74f10e0327ad868d138f2b4fdd6f0
28	2025-10-19	33e75ff09dd601bbe69f351039152189
29	2025-10-24	6ea9ab1baa0efb9e19094440c317e21b6ea9ab1baa0efb9e19094440c317e21b
30	2025-10-29	34173cb38f07f89ddbebc2ac9128303f34173cb38f07f89ddbebc2ac9128303f34173cb38f07f89ddbebc2ac9128303f
31	2025-11-03	c16a5320fa475530d9583c34fd356ef5c16a5320fa475530d9583c34fd356ef5c16a5320fa475530d9583c34fd356ef5c16a5320fa475530d9583c34fd356ef5
32	2025-11-08	6364d3f0f495b6ab9dcf8d3b5c6e0b01
33	2025-11-13	182be0c5cdcd5072bb1864cdee4d3d6e182be0c5cdcd5072bb1864cdee4d3d6e
34	2025-11-18	e369853df766fa44e1ed0ff613f563bde369853df766fa44e1ed0ff613f563bde369853df766fa44e1ed0ff613f563bd
35	2025-11-23	1c383cd30b7c298ab50293adfecb7b181c383cd30b7c298ab50293adfecb7b181c383cd30b7c298ab50293adfecb7b181c383cd30b7c298ab50293adfecb7b18
36	2025-11-28	19ca14e7ea6328a42e0eb13d585e4c22
37	2025-12-03	a5bfc9e07964f8dddeb95fc584cd965da5bfc9e07964f8dddeb95fc584cd965d
38	2025-12-08	a5771bce93e200c36f7cd9dfd0e5deaaa5771bce93e200c36f7cd9dfd0e5deaaa5771bce93e200c36f7cd9dfd0e5deaa
39	2025-12-13	d67d8ab4f4c10bf22aa353e27879133cd67d8ab4f4c10bf22aa353e27879133cd67d8ab4f4c10bf22aa353e27879133cd67d8ab4f4c10bf22aa353e27879133c
40	2025-12-18	d645920e395fedad7bbbed0eca3fe2e0
41	2025-12-23	3416a75f4cea9109507cacd8e2f2aefc3416a75f4cea9109507cacd8e2f2aefc
42	2025-12-28	a1d0c6e83f027327d8461063f4ac58a6a1d0c6e83f027327d8461063f4ac58a6a1d0c6e83f027327d8461063f4ac58a6
\.


--
-- Data for Name: events_2026; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.events_2026 (id, at, body) FROM stdin;
43	2026-01-02	17e62166fc8586dfa4d1bc0e1742c08b17e62166fc8586dfa4d1bc0e1742c08b17e62166fc8586dfa4d1bc0e1742c08b17e62166fc8586dfa4d1bc0e1742c08b
44	2026-01-07	f7177163c833dff4b38fc8d2872f1ec6
45	2026-01-12	6c8349cc7260ae62e3b1396831a8398f6c8349cc7260ae62e3b1396831a8398f
46	2026-01-17	d9d4f495e875a2e075a1a4a6e1b9770fd9d4f495e875a2e075a1a4a6e1b9770fd9d4f495e875a2e075a1a4a6e1b9770f
47	2026-01-22	67c6a1e7ce56d3d6fa748ab6d9af3fd767c6a1e7ce56d3d6fa748ab6d9af3fd767c6a1e7ce56d3d6fa748ab6d9af3fd767c6a1e7ce56d3d6fa748ab6d9af3fd7
48	2026-01-27	642e92efb79421734881b53e1e1b18b6
49	2026-02-01	f457c545a9ded88f18ecee47145a72c0f457c545a9ded88f18ecee47145a72c0
50	2026-02-06	c0c7c76d30bd3dcaefc96f40275bdc0ac0c7c76d30bd3dcaefc96f40275bdc0ac0c7c76d30bd3dcaefc96f40275bdc0a
51	2026-02-11	2838023a778dfaecdc212708f721b7882838023a778dfaecdc212708f721b7882838023a778dfaecdc212708f721b7882838023a778dfaecdc212708f721b788
52	2026-02-16	9a1158154dfa42caddbd0694a4e9bdc8
53	2026-02-21	d82c8d1619ad8176d665453cfb2e55f0d82c8d1619ad8176d665453cfb2e55f0
54	2026-02-26	a684eceee76fc522773286a895bc8436a684eceee76fc522773286a895bc8436a684eceee76fc522773286a895bc8436
55	2026-03-03	b53b3a3d6ab90ce0268229151c9bde11b53b3a3d6ab90ce0268229151c9bde11b53b3a3d6ab90ce0268229151c9bde11b53b3a3d6ab90ce0268229151c9bde11
56	2026-03-08	9f61408e3afb633e50cdf1b20de6f466
57	2026-03-13	72b32a1f754ba1c09b3695e0cb6cde7f72b32a1f754ba1c09b3695e0cb6cde7f
58	2026-03-18	66f041e16a60928b05a7e228a89c379966f041e16a60928b05a7e228a89c379966f041e16a60928b05a7e228a89c3799
59	2026-03-23	093f65e080a295f8076b1c5722a46aa2093f65e080a295f8076b1c5722a46aa2093f65e080a295f8076b1c5722a46aa2093f65e080a295f8076b1c5722a46aa2
60	2026-03-28	072b030ba126b2f4b2374f342be9ed44
\.


--
-- Data for Name: naïve 表 – 🐘; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public."naïve 表 – 🐘" ("naïve 表", "тип") FROM stdin;
表	"a"=>"b;c"
\N	\N
\.


--
-- Data for Name: new line; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public."new
line" ("a
b") FROM stdin;
x
\.


--
-- Data for Name: serials; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.serials (id, big) FROM stdin;
1	1
2	2
3	3
4	4
5	5
6	6
7	7
\.


--
-- Data for Name: typed; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.typed (m, p, d, j, b, a, h) FROM stdin;
happy	(1,"x;""y\\\\")	3	{"a": [1, "\\\\."]}	\\x00ff	{a,NULL,"{\\"","NULL"}	"k"=>NULL
\.


--
-- Name: weird " table.name; COPY x FROM stdin;_id_seq; Type: SEQUENCE SET; Schema: Quoted "schema";; Owner: postgres
--

SELECT pg_catalog.setval('"Quoted ""schema"";"."weird "" table.name; COPY x FROM stdin;_id_seq"', 10, true);


--
-- Name: down; Type: SEQUENCE SET; Schema: public; Owner: postgres
--

SELECT pg_catalog.setval('public.down', -9223372036854775807, false);


--
-- Name: it's a "seq"; -- really; Type: SEQUENCE SET; Schema: public; Owner: postgres
--

SELECT pg_catalog.setval('public."it''s a ""seq""; -- really"', 9223372036854775807, true);


--
-- Name: serials_big_seq; Type: SEQUENCE SET; Schema: public; Owner: postgres
--

SELECT pg_catalog.setval('public.serials_big_seq', 7, true);


--
-- Name: serials_id_seq; Type: SEQUENCE SET; Schema: public; Owner: postgres
--

SELECT pg_catalog.setval('public.serials_id_seq', 7, true);


--
-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -
--

BEGIN;

SELECT pg_catalog.lo_open('4242', 131072);
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('4243', 131072);
SELECT pg_catalog.lowrite(0, '\x00ff27');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('4244', 131072);
SELECT pg_catalog.lowrite(0, '\x5c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a27');
SELECT pg_catalog.lowrite(0, '\x5c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a275c2e0a27');
SELECT pg_catalog.lo_close(0);

COMMIT;

--
-- Name: weird " table.name; COPY x FROM stdin; weird " table.name; COPY x FROM stdin;_pkey; Type: CONSTRAINT; Schema: Quoted "schema";; Owner: postgres
--

ALTER TABLE ONLY "Quoted ""schema"";"."weird "" table.name; COPY x FROM stdin;"
    ADD CONSTRAINT "weird "" table.name; COPY x FROM stdin;_pkey" PRIMARY KEY (id);


--
-- Name: counts_at_idx; Type: INDEX; Schema: public; Owner: postgres
--

CREATE UNIQUE INDEX counts_at_idx ON public.counts USING btree (at);


--
-- Name: trigrams; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX trigrams ON ONLY public.events USING gin (body public.gin_trgm_ops) WHERE (body <> ';'::text);


--
-- Name: events_2025_body_idx; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX events_2025_body_idx ON public.events_2025 USING gin (body public.gin_trgm_ops) WHERE (body <> ';'::text);


--
-- Name: events_2026_body_idx; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX events_2026_body_idx ON public.events_2026 USING gin (body public.gin_trgm_ops) WHERE (body <> ';'::text);


--
-- Name: events_2025_body_idx; Type: INDEX ATTACH; Schema: public; Owner: postgres
--

ALTER INDEX public.trigrams ATTACH PARTITION public.events_2025_body_idx;


--
-- Name: events_2026_body_idx; Type: INDEX ATTACH; Schema: public; Owner: postgres
--

ALTER INDEX public.trigrams ATTACH PARTITION public.events_2026_body_idx;


--
-- Name: stats; Type: STATISTICS; Schema: public; Owner: postgres
--

CREATE STATISTICS public.stats (dependencies) ON id, at FROM public.events;


ALTER STATISTICS public.stats OWNER TO postgres;

--
-- Name: columnless several; Type: RULE; Schema: public; Owner: postgres
--

CREATE RULE several AS
    ON INSERT TO public.columnless DO ( INSERT INTO public.empty (a)
  VALUES (1);
 UPDATE public.empty SET a = 2
  WHERE (empty.a = 1);

 NOTIFY "cha;nnel", 'p;q';
);


--
-- Name: empty t; Type: TRIGGER; Schema: public; Owner: postgres
--

CREATE TRIGGER t BEFORE INSERT ON public.empty FOR EACH ROW EXECUTE FUNCTION public.trigger_function('a;b', 'c''d');


--
-- Name: typed po;licy; Type: POLICY; Schema: public; Owner: postgres
--

CREATE POLICY "po;licy" ON public.typed USING ((((d)::integer > 0) AND (CURRENT_USER <> 'x;y'::name)));


--
-- Name: typed; Type: ROW SECURITY; Schema: public; Owner: postgres
--

ALTER TABLE public.typed ENABLE ROW LEVEL SECURITY;

--
-- Name: pub; Type: PUBLICATION; Schema: -; Owner: postgres
--

CREATE PUBLICATION pub WITH (publish = 'insert, update, delete, truncate');


ALTER PUBLICATION pub OWNER TO postgres;

--
-- Name: pub empty; Type: PUBLICATION TABLE; Schema: public; Owner: postgres
--

ALTER PUBLICATION pub ADD TABLE ONLY public.empty WHERE ((a > 0));


--
-- Name: TABLE events; Type: ACL; Schema: public; Owner: postgres
--

GRANT SELECT ON TABLE public.events TO PUBLIC;


--
-- Name: DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: -; Owner: postgres
--

ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT SELECT ON TABLES  TO PUBLIC;


--
-- Name: counts; Type: MATERIALIZED VIEW DATA; Schema: public; Owner: postgres
--

REFRESH MATERIALIZED VIEW public.counts;


--
-- PostgreSQL database dump complete
--

\unrestrict X19GQG9YnKB3Dng2CiUvHcb2SiGoEm3XecTfCcFj6Wox4AWW84Lrf6UD7YMj7A2

