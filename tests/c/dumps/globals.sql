--
-- PostgreSQL database cluster dump
--

\restrict QHe7DzXXe5ENe9ZtEBRKTA3HNrTecAqj1cPbYlkqc0zkRxfaCpcLUjCVB3s3F4U

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

CREATE ROLE postgres;
ALTER ROLE postgres WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
CREATE ROLE "ro;le ' ""x""";
ALTER ROLE "ro;le ' ""x""" WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy';
COMMENT ON ROLE "ro;le ' ""x""" IS 'it''s; x';

--
-- User Configurations
--

--
-- User Config "ro;le ' "x""
--

ALTER ROLE "ro;le ' ""x""" SET search_path TO 'a;b';








\unrestrict QHe7DzXXe5ENe9ZtEBRKTA3HNrTecAqj1cPbYlkqc0zkRxfaCpcLUjCVB3s3F4U

--
-- PostgreSQL database cluster dump complete
--

